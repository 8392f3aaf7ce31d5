/** The agent of a VM, played for tests. */
@NullMarked
package io.polywire.testkit.hyperstart;

import org.jspecify.annotations.NullMarked;
