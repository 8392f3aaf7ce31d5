package io.polywire.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Message;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The shortest octets that fuzzing found for each outcome: a message of a type, or a violation with its text. They are kept in
 * {@code corpus.txt}, a line for each: serialization, octets, outcome.
 *
 * <p>{@link #main} fuzzes on for so many seconds and adds to the file what is new: {@code CorpusTest SECONDS FILE}.
 */
class CorpusTest {
    private static final int LONGEST = 512;

    private record Entry(Serialization serialization, byte[] octets, String outcome) {
        static Entry of(String line) {
            String[] parts = line.split(" ", 3);
            return new Entry(Serialization.valueOf(parts[0]), HexFormat.of().parseHex(parts[1]), parts[2]);
        }

        @Override
        public String toString() {
            return serialization + " " + HexFormat.of().formatHex(octets) + " " + outcome;
        }
    }

    private static List<Entry> read() {
        try (InputStream in = Objects.requireNonNull(CorpusTest.class.getResourceAsStream("/corpus.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(Entry::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String outcome(Serialization serialization, byte[] octets) {
        try {
            Message message = Samples.decode(serialization, octets);
            return "is " + message.getClass().getSimpleName();
        } catch (ProtocolViolation violation) {
            return violation.text();
        }
    }

    @Test
    void whatFuzzingFoundStaysAsItIs() {
        List<Entry> corpus = read();
        assertTrue(corpus.size() > 200, "the corpus is gone");
        for (Entry entry : corpus) {
            assertEquals(entry.outcome, outcome(entry.serialization, entry.octets), entry::toString);
            FuzzTest.decodedOrRefused(entry.serialization, entry.octets);
        }
    }

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[1]);
        Map<String, Entry> found = new TreeMap<>();
        if (Files.exists(file)) {
            Files.readAllLines(file).forEach(line -> keep(found, Entry.of(line)));
        }
        Random random = new Random();
        long end = System.nanoTime() + Long.parseLong(args[0]) * 1_000_000_000L;
        long tried = 0;
        while (System.nanoTime() < end) {
            List<Entry> known = new ArrayList<>(found.values());
            for (int i = 0; i < 10_000; i++, tried++) {
                Serialization serialization = Serialization.values()[random.nextInt(Serialization.COUNT)];
                Entry from = known.isEmpty() ? null : known.get(random.nextInt(known.size()));
                byte[] octets = from != null && from.serialization == serialization
                        ? from.octets
                        : Samples.encode(serialization, Samples.MESSAGES.get(random.nextInt(Samples.MESSAGES.size())));
                for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                    octets = FuzzTest.altered(octets, random, serialization);
                }
                FuzzTest.decodedOrRefused(serialization, octets);
                if (octets.length <= LONGEST) {
                    keep(found, new Entry(serialization, octets, outcome(serialization, octets)));
                }
            }
        }
        Files.write(file, found.values().stream().map(Entry::toString).toList());
        System.out.println(tried + " inputs, " + found.size() + " outcomes");
    }

    /** Positions and values in a text make no other outcome. */
    private static void keep(Map<String, Entry> found, Entry entry) {
        String key = entry.serialization + " "
                + entry.outcome.replaceAll("[0-9]+", "N").replaceAll("'.*'", "''");
        Entry before = found.get(key);
        if (before == null || before.octets.length > entry.octets.length) {
            found.put(key, entry);
        }
    }
}
