package io.polywire.hemi.message;

import org.jspecify.annotations.Nullable;

/**
 * A message whose command and payload a {@link CommandSet} knows.
 *
 * @param command for example {@code tbcapi-tx-by-id-request}
 * @param id as sent, empty if there was none
 * @param payload of the command's type; null where JSON has null
 */
public record Received(String command, String id, @Nullable Record payload) {}
