package io.polywire.gate.service;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The service "catalog": the list of services, as JSON. */
public final class Catalog implements GuestService {
    private final Map<String, String> revisions = new TreeMap<>();

    /** @param services those that programs can discover, besides origin and catalog */
    public Catalog(Iterable<GuestService> services) {
        services.forEach(s -> revisions.put(s.name(), s.revision()));
        revisions.put(Origin.NAME, "0");
        revisions.put(name(), revision());
    }

    @Override
    public String name() {
        return "catalog";
    }

    private byte[] json() {
        StringBuilder s = new StringBuilder("{\n\t\"services\": [");
        String separator = "\n";
        for (Map.Entry<String, String> e : revisions.entrySet()) {
            s.append(separator).append("\t\t{\n\t\t\t\"name\": ").append(quote(e.getKey()));
            s.append(",\n\t\t\t\"revision\": ").append(quote(e.getValue())).append("\n\t\t}");
            separator = ",\n";
        }
        return s.append("\n\t]\n}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Names have letters, digits and punctuation only. */
    private static String quote(String s) {
        return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    @Override
    public GuestSession open(GuestLink link, @Nullable Saved saved) {
        if (saved != null) {
            saved.pending().forEach(c -> c.reply(new byte[0]));
        }
        return new GuestSession() {
            @Override
            public void call(GuestCall call, byte[] content) {
                call.reply(new String(content, StandardCharsets.UTF_8).equals("json") ? json() : new byte[0]);
            }

            @Override
            public byte[] state() {
                return new byte[0];
            }

            @Override
            public void close() {}
        };
    }
}
