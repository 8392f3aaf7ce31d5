/** What a Gate server keeps: modules, references, instances with their saved states, and used nonces. */
@NullMarked
package io.polywire.gate.storage;

import org.jspecify.annotations.NullMarked;
