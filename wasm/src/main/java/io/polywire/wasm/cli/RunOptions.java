package io.polywire.wasm.cli;

import io.polywire.wasm.Execution;
import io.polywire.wasm.cli.WasmCommand.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of {@code wasm run}.
 *
 * @param fuel units, -1 for no limit
 * @param timeout milliseconds, -1 for none
 * @param args arguments of the program or of the function
 */
record RunOptions(
        @Nullable Path file,
        @Nullable String invoke,
        long fuel,
        long timeout,
        long memoryMax,
        int stack,
        List<String> env,
        Map<String, Path> dirs,
        @Nullable Path snapshotTo,
        @Nullable Path resume,
        List<String> args) {

    static RunOptions parse(List<String> words) {
        return new Parser(words).parse();
    }

    private static final class Parser {
        private final List<String> words;
        private int next;
        private @Nullable Path file;
        private @Nullable String invoke;
        private long fuel = -1;
        private long timeout = -1;
        private long memoryMax = Integer.MAX_VALUE;
        private int stack = Execution.DEFAULT_STACK;
        private final List<String> env = new ArrayList<>();
        private final Map<String, Path> dirs = new LinkedHashMap<>();
        private @Nullable Path snapshotTo;
        private @Nullable Path resume;
        private final List<String> args = new ArrayList<>();

        Parser(List<String> words) {
            this.words = words;
        }

        RunOptions parse() {
            while (next < words.size()) {
                String word = words.get(next++);
                if (word.equals("--")) {
                    rest();
                } else if (word.startsWith("--")) {
                    option(word);
                } else if (file == null && resume == null) {
                    file = Path.of(word);
                } else {
                    args.add(word);
                    if (invoke == null) {
                        rest();
                    }
                }
            }
            if (file == null && resume == null) {
                throw new UsageException("FILE or --resume FILE expected");
            }
            return new RunOptions(
                    file, invoke, fuel, timeout, memoryMax, stack, env, dirs, snapshotTo, resume, List.copyOf(args));
        }

        private void rest() {
            while (next < words.size()) {
                args.add(words.get(next++));
            }
        }

        private void option(String name) {
            switch (name) {
                case "--invoke" -> invoke = value(name);
                case "--fuel" -> fuel = number(name, Long.MAX_VALUE - 1);
                case "--timeout" -> timeout = number(name, Long.MAX_VALUE / 1_000_000);
                case "--memory-max" -> memoryMax = number(name, Integer.MAX_VALUE);
                case "--stack" -> stack = (int) number(name, 1 << 26);
                case "--env" -> env.add(value(name));
                case "--dir" -> {
                    String dir = value(name);
                    int split = dir.indexOf("::");
                    dirs.put(
                            split < 0 ? dir : dir.substring(split + 2),
                            Path.of(split < 0 ? dir : dir.substring(0, split)));
                }
                case "--snapshot-to" -> snapshotTo = Path.of(value(name));
                case "--resume" -> resume = Path.of(value(name));
                default -> throw new UsageException("unknown option " + name);
            }
        }

        private String value(String name) {
            if (next == words.size()) {
                throw new UsageException(name + " needs a value");
            }
            return words.get(next++);
        }

        private long number(String name, long max) {
            String v = value(name);
            try {
                long n = Long.parseLong(v);
                if (n >= 0 && n <= max) {
                    return n;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new UsageException(name + " needs a number from 0 to " + max + ", got " + v);
        }
    }
}
