package io.polywire.hemi.api;

import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.hemi.message.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code bfgapi} offers behind its login without a Bitcoin node: ping, keystones, and the news that there are more. */
public final class Bfg {
    /** These commands. */
    public static final CommandSet COMMANDS = CommandSet.of("bfgapi")
            .with("bfgapi-l2-keystones", L2KeystonesRequest.class, L2KeystonesResponse.class)
            .withNotification("bfgapi-l2-keystones", L2KeystonesNotification.class);

    private Bfg() {}

    /**
     * {@code bfgapi-l2-keystones-request}.
     *
     * @param numL2Keystones 64 bits without sign
     */
    public record L2KeystonesRequest(
            @Wire(value = "num_l2_keystones", unsigned = 64) long numL2Keystones) {}

    /** {@code bfgapi-l2-keystones-response}. */
    public record L2KeystonesResponse(
            @Wire("l2_keystones") List<L2Keystone> l2Keystones,
            @Nullable ProtocolError error) {}

    /** {@code bfgapi-l2-keystones-notification}: there are new keystones. */
    public record L2KeystonesNotification() {}
}
