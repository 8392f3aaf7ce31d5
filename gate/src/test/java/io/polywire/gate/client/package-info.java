@NullMarked
package io.polywire.gate.client;

import org.jspecify.annotations.NullMarked;
