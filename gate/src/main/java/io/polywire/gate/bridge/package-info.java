/** Programs and a realm: the service "wamp" inside of programs, and functions of programs as procedures. */
@NullMarked
package io.polywire.gate.bridge;

import org.jspecify.annotations.NullMarked;
