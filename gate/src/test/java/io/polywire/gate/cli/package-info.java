@NullMarked
package io.polywire.gate.cli;

import org.jspecify.annotations.NullMarked;
