package io.polywire.hemi.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.polywire.hemi.Vectors;
import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.Envelopes;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Payloads as the original's types have them, for the commands that no recorded message is of. */
class ApiTest {
    private static final String KEYSTONE =
            "{'version':1,'l1_block_number':4294967295,'l2_block_number':2,'parent_ep_hash':'0a','prev_ep_keystone_hash':'',"
                    + "'state_root':'ff','ep_hash':'00'}";
    private static final String FINALITY =
            "{'l2_keystone':" + KEYSTONE + ",'btc_pub_height':-1,'btc_pub_header_hash':'01','btc_finality':-9}";
    private static final String HEADER =
            "{'version':-1,'prev_hash':'00','merkle_root':'ab','timestamp':1296688602,'bits':'192e17d5','nonce':4294967295}";
    private static final String TRANSACTION =
            "{'version':2,'lock_time':4294967295,'tx_in':[{'outpoint':{'hash':'01','index':4294967295},"
                    + "'signature_script':'02','tx_witness':['03',''],'sequence':4294967295}],"
                    + "'tx_out':[{'value':-1,'pk_script':'04'}]}";

    private static final List<List<String>> PAYLOADS = List.of(
            List.of("bssapi-l2-keystone-response", "{}"),
            List.of("bssapi-btc-finality-by-recent-keystones-request", "{'num_recent_keystones':4294967295}"),
            List.of("bssapi-btc-finality-by-recent-keystones-response", "{'l2_btc_finalities':[" + FINALITY + "]}"),
            List.of("bssapi-btc-finality-by-keystones-request", "{'l2_keystones':[" + KEYSTONE + "]}"),
            List.of("bssapi-btc-finality-notification", "{}"),
            List.of("bssapi-btc-new-block-notification", "{}"),
            List.of("tbcapi-block-headers-by-height-raw-request", "{'height':4294967295}"),
            List.of("tbcapi-block-headers-by-height-raw-response", "{'block_headers':['00ff']}"),
            List.of("tbcapi-block-headers-by-height-request", "{'height':0}"),
            List.of("tbcapi-block-headers-by-height-response", "{'block_headers':[" + HEADER + "]}"),
            List.of("tbcapi-block-header-best-raw-request", "{}"),
            List.of("tbcapi-block-header-best-raw-response", "{'height':18446744073709551615,'block_header':'0102'}"),
            List.of("tbcapi-block-header-best-request", "{}"),
            List.of("tbcapi-block-header-best-response", "{'height':1,'block_header':null}"),
            List.of("tbcapi-block-header-best-response", "{'height':1,'block_header':" + HEADER + "}"),
            List.of("tbcapi-balance-by-address-response", "{'balance':18446744073709551615}"),
            List.of("tbcapi-utxos-by-address-raw-request", "{'address':'a','start':1,'count':2}"),
            List.of("tbcapi-utxos-by-address-raw-response", "{'utxos':['00']}"),
            List.of(
                    "tbcapi-utxos-by-address-response",
                    "{'utxos':[{'tx_id':'aa','value':18446744073709551615,'out_index':4294967295}]}"),
            List.of("tbcapi-tx-by-id-raw-request", "{'tx_id':'aa'}"),
            List.of("tbcapi-tx-by-id-raw-response", "{'tx':'bb','hash':'cc'}"),
            List.of("tbcapi-tx-by-id-request", "{'tx_id':'aa'}"),
            List.of("tbcapi-tx-by-id-response", "{'tx':null,'hash':'cc'}"),
            List.of("tbcapi-tx-by-id-response", "{'tx':" + TRANSACTION + ",'hash':'cc'}"),
            List.of("bfgapi-l2-keystones-request", "{'num_l2_keystones':18446744073709551615}"),
            List.of("bfgapi-l2-keystones-response", "{'l2_keystones':[" + KEYSTONE + "]}"));

    static List<List<String>> payloads() {
        return PAYLOADS;
    }

    private static CommandSet having(String command) {
        return Stream.of(Bss.COMMANDS, Tbc.COMMANDS, Bfg.COMMANDS)
                .filter(set -> set.commands().containsKey(command))
                .findFirst()
                .orElseThrow(() -> new AssertionError(command + " is in no set"));
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void payloadsAreReadAndWrittenWithTheNamesOfTheOriginal(List<String> commandAndPayload) {
        String command = commandAndPayload.getFirst();
        String payload = commandAndPayload.getLast().replace('\'', '"');
        byte[] wire = ("{\"header\":{\"command\":\"" + command + "\",\"id\":\"1\"},\"payload\":" + payload + "}\n")
                .getBytes(StandardCharsets.UTF_8);
        CommandSet set = having(command);
        Record read = set.read(Envelopes.read(wire, 0, wire.length)).payload();
        assertNotNull(read);
        String written = new String(set.write("1", read), StandardCharsets.UTF_8);
        assertEquals(Vectors.json(new String(wire, StandardCharsets.UTF_8)), Vectors.json(written));
    }

    @Test
    void everyCommandIsTestedHereOrByARecordedMessage() {
        Set<String> tested = new HashSet<>();
        PAYLOADS.forEach(p -> tested.add(p.getFirst()));
        Stream.of("encode", "decode").flatMap(Vectors::of).forEach(v -> {
            JsonNode command = v.get("command");
            if (command != null) {
                tested.add(command.asString());
            }
        });
        Set<String> untested = new TreeSet<>();
        for (CommandSet set : List.of(Bss.COMMANDS, Tbc.COMMANDS, Bfg.COMMANDS)) {
            untested.addAll(set.commands().keySet());
        }
        untested.removeAll(tested);
        untested.removeIf(command -> command.contains("-ping-")); // one record, whose messages are recorded
        assertEquals(Set.of(), untested);
    }
}
