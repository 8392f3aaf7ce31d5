/**
 * Authentication: who may join a realm, and as whom (WAMP, "Authentication").
 *
 * <p>{@code Authentication} picks the method and limits attempts; each method is one small class that asks a question and
 * judges the answer; {@code PrincipalSource} knows the principals and their credentials. What takes time runs on worker
 * threads, never on an event loop.
 *
 * <p>Unknown names and wrong secrets look alike: for every name there is a principal, a real one or a {@code Decoys decoy}
 * with salts that stay the same, and both go the same way.
 */
@NullMarked
package io.polywire.wamp.auth;

import org.jspecify.annotations.NullMarked;
