package io.polywire.gate.cli;

import io.polywire.gate.client.Download;
import io.polywire.gate.client.GateClient;
import io.polywire.gate.client.ModuleContent;
import io.polywire.gate.message.ModuleRefs;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code modules}, {@code upload}, {@code download}, {@code unref}. */
@Command
abstract class ModuleCommands extends Session {
    private static final int PIECE = 1 << 16;

    ModuleCommands(Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {
        super(environment, in, out, err);
    }

    @Command(name = "modules", description = "Lists the own modules.", mixinStandardHelpOptions = true)
    int modules(
            @Option(names = "--sources", description = "Lists the server's module sources instead.") boolean sources) {
        try (GateClient client = client()) {
            List<String> names = sources ? client.sources() : client.modules();
            if (!json()) {
                names.forEach(out()::println);
            } else if (sources) {
                out().println(names.stream().collect(Collectors.joining("\",\"", "[\"", "\"]")));
            } else {
                out().println(new ModuleRefs(names).toJson());
            }
        }
        return 0;
    }

    @Command(
            name = "upload",
            description = "Sends a module to be kept, and prints its key.",
            mixinStandardHelpOptions = true)
    int upload(@Parameters(paramLabel = "FILE") Path file) throws IOException {
        ModuleContent module = ModuleContent.of(file);
        try (GateClient client = client();
                Progress progress = progress("upload", module.length())) {
            client.upload(module.withProgress(progress));
        }
        show("module", module.key());
        return 0;
    }

    @Command(
            name = "download",
            description = "Fetches one of the own modules, into a file or to standard output.",
            mixinStandardHelpOptions = true)
    int download(
            @Parameters(paramLabel = "MODULE") String key,
            @Parameters(paramLabel = "FILE", arity = "0..1", description = "Written when all has come; replaced.")
                    @Nullable
                    Path file)
            throws IOException {
        try (GateClient client = client();
                Download download = client.download(key);
                Progress progress = progress("download", download.length())) {
            if (file == null) {
                copy(download, out(), progress);
                return 0;
            }
            Path folder = file.toAbsolutePath().getParent();
            Path part = Files.createTempFile(folder, ".download", "");
            try {
                try (OutputStream out = Files.newOutputStream(part)) {
                    copy(download, out, progress);
                }
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        }
        return 0;
    }

    private static void copy(Download from, OutputStream to, Progress progress) throws IOException {
        byte[] room = new byte[PIECE];
        long done = 0;
        for (int n = from.read(room); n >= 0; n = from.read(room)) {
            to.write(room, 0, n);
            done += n;
            progress.accept(done);
        }
        to.flush();
    }

    @Command(
            name = "unref",
            description = "Removes a module from the own ones; its instances go on.",
            mixinStandardHelpOptions = true)
    int unref(@Parameters(paramLabel = "MODULE") String key) {
        try (GateClient client = client()) {
            client.unref(key);
        }
        return 0;
    }
}
