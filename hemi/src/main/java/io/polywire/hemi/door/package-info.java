/**
 * The door of Hemi clients: commands are answered by handlers of a program ({@link io.polywire.hemi.door.Handlers}) or by
 * the procedures of a realm ({@link io.polywire.hemi.door.RealmBridge}).
 */
@NullMarked
package io.polywire.hemi.door;

import org.jspecify.annotations.NullMarked;
