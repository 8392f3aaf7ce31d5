/**
 * What a Gate server has and who owns it: modules and references, instances, limits for each principal. Knows nothing of
 * HTTP; doors and bridges use it.
 */
@NullMarked
package io.polywire.gate.host;

import org.jspecify.annotations.NullMarked;
