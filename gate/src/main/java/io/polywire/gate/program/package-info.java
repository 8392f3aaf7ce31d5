/** The program ABI of Gate: what a module may be, what it may call, and how it is stopped, saved and continued. */
@NullMarked
package io.polywire.gate.program;

import org.jspecify.annotations.NullMarked;
