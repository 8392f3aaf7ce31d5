package io.polywire.gate.example;

import io.polywire.gate.door.GateDoor;
import io.polywire.gate.door.GateSettings;
import io.polywire.gate.host.HostSettings;
import io.polywire.gate.host.Interrupted;
import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loops;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A server with the Gate door alone: {@code GateServer PORT [DATA-FOLDER [RESUME|KILL [SAVE-SECONDS]]]}. Prints its address
 * when it is ready and runs until it is killed.
 */
public final class GateServer {
    private GateServer() {}

    public static void main(String[] args) throws InterruptedException {
        HostSettings host = HostSettings.DEFAULT;
        if (args.length > 2) {
            host = host.withInterrupted(Interrupted.valueOf(args[2]));
        }
        if (args.length > 3) {
            host = host.withSaveInterval(Duration.ofSeconds(Long.parseLong(args[3])));
        }
        GateSettings settings = GateSettings.DEFAULT.withHost(host);
        if (args.length > 1 && !args[1].isEmpty()) {
            settings = settings.withData(Path.of(args[1]));
        }
        GateDoor door = GateDoor.open(settings, List.of());
        Loops loops = Loops.open();
        Listener listener = Listener.open(
                loops, new ListenSettings(new Endpoint.Tcp("127.0.0.1", Integer.parseInt(args[0]))), Doors.http(door));
        System.out.println(listener.endpoint());
        Thread.currentThread().join();
    }
}
