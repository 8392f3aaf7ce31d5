package io.polywire.wamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.wamp.client.link.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ContextsTest {
    @TempDir
    Path folder;

    @Command
    private static final class Holder {
        @Mixin
        final Target target;

        Holder(Map<String, String> environment) {
            target = new Target(environment);
        }
    }

    private Target target(Map<String, String> environment, String... options) {
        Holder holder = new Holder(environment);
        new CommandLine(holder).parseArgs(options);
        return holder.target;
    }

    private String uri(Target target) {
        return ((Transport) target.settings().connector()).uri().toString();
    }

    @Test
    void anOptionBeatsTheEnvironmentWhichBeatsTheContextWhichBeatsTheDefault() {
        Map<String, String> bare = Map.of("XDG_CONFIG_HOME", folder.toString());
        assertEquals("ws://127.0.0.1:8080/ws", uri(target(bare)));
        Contexts contexts = Contexts.ofUser(bare);
        contexts.put("prod", new Contexts.Context("tcp://c:1", "com.realm", "alice", "secret", null, null, "cbor"));
        contexts.select("prod");
        assertEquals("tcp://c:1", uri(target(bare)));
        assertEquals("com.realm", target(bare).settings().realm());
        assertEquals("alice", target(bare).settings().authid());
        assertEquals(3, target(bare).settings().authenticators().size());
        Map<String, String> set = Map.of("XDG_CONFIG_HOME", folder.toString(), "POLYWIRE_URL", "tcp://e:2");
        assertEquals("tcp://e:2", uri(target(set)));
        assertEquals("tcp://o:3", uri(target(set, "--url", "tcp://o:3")));
    }

    @Test
    void onlyTheOwnerMayReadAContext() throws Exception {
        Contexts contexts = new Contexts(folder);
        contexts.put("a", new Contexts.Context(null, null, "u", "secret", null, null, null));
        Path file = folder.resolve("contexts/a.json");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(Files.readString(file).contains("\"password\" : \"secret\""));
        assertEquals("secret", contexts.get("a").password());
    }

    @Test
    void removingTheSelectedContextSelectsNone() {
        Contexts contexts = new Contexts(folder);
        contexts.put("a", Contexts.Context.EMPTY);
        contexts.put("b", Contexts.Context.EMPTY);
        contexts.select("a");
        assertEquals(List.of("a", "b"), contexts.names());
        assertTrue(contexts.remove("a"));
        assertNull(contexts.selected());
        assertEquals(List.of("b"), contexts.names());
    }

    @Test
    void namesThatCouldLeaveTheFolderAreRefused() {
        Contexts contexts = new Contexts(folder);
        for (String name : List.of("../x", "", "a/b", ".hidden")) {
            assertThrows(IllegalArgumentException.class, () -> contexts.put(name, Contexts.Context.EMPTY), name);
        }
        assertThrows(IllegalArgumentException.class, () -> contexts.get("missing"));
    }

    @Test
    void aSerializationThatIsNoneIsNamed() {
        Map<String, String> bare = Map.of("XDG_CONFIG_HOME", folder.toString());
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> target(bare, "--serialization", "xml").settings());
        assertEquals("the serialization must be msgpack, cbor or json, not 'xml'", e.getMessage());
    }
}
