package io.polywire.hemi;

import io.polywire.hemi.api.Bfg;
import io.polywire.hemi.api.Bss;
import io.polywire.hemi.api.Tbc;
import io.polywire.hemi.message.ByteSlice;
import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.hemi.message.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands that the vectors use. */
public final class TestApi {
    public static final CommandSet COMMANDS = CommandSet.of("polywiretest")
            .with("test-echo", EchoRequest.class, EchoResponse.class)
            .withCommand("test-add-request", AddRequest.class)
            .withCommand("test-list-response", ListResponse.class);

    private static final List<CommandSet> ALL = List.of(
            COMMANDS,
            Bss.COMMANDS,
            Tbc.COMMANDS,
            Bfg.COMMANDS
                    .withCommand("bfgapi-bitcoin-info-request", BitcoinInfoRequest.class)
                    .withCommand("bfgapi-bitcoin-utxos-response", BitcoinUtxosResponse.class));

    private TestApi() {}

    /** The set that has the command, else the first. */
    public static CommandSet having(String command) {
        return ALL.stream()
                .filter(set -> set.commands().containsKey(command))
                .findFirst()
                .orElse(COMMANDS);
    }

    public record EchoRequest(String text) {}

    public record EchoResponse(String text, @Nullable ProtocolError error) {}

    public record AddRequest(long a, long b) {}

    public record ListResponse(List<String> items, @Nullable ProtocolError error) {}

    public record BitcoinInfoRequest() {}

    public record BitcoinUtxosResponse(
            List<BitcoinUtxo> utxos, @Nullable ProtocolError error) {}

    public record BitcoinUtxo(
            ByteSlice hash, @Wire(unsigned = 32) long index, long value) {}
}
