@NullMarked
package io.polywire.webwire.example;

import org.jspecify.annotations.NullMarked;
