@NullMarked
package io.polywire.gate.example;

import org.jspecify.annotations.NullMarked;
