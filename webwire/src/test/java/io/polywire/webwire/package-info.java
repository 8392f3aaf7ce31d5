@NullMarked
package io.polywire.webwire;

import org.jspecify.annotations.NullMarked;
