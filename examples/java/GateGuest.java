/// Uploads a program written in C, which answers a procedure, calls, publishes and hears events like any other client
import io.polywire.gate.client.GateClient;
import io.polywire.gate.client.Identity;
import io.polywire.gate.client.LaunchOptions;
import io.polywire.gate.client.ModuleContent;
import io.polywire.wamp.client.WampClient;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

void main(String... args) throws Exception {
    var url = args.length > 0 ? args[0] : "ws://127.0.0.1:8080/ws";
    // Its source is guest.c in the same folder.
    var program = Path.of(System.getProperty("polywire.examples", "examples"), "gate", "guest.wasm");
    var address = URI.create(url.replaceFirst("^ws", "http")).resolve("/");
    try (var client = WampClient.connect(url, "realm1");
            var gate = GateClient.of(address, Identity.generate())) {
        var ready = new CompletableFuture<Boolean>();
        var heard = new CompletableFuture<String>();
        client.subscribe("com.example.guest.ready", event -> ready.complete(true)).await();
        client.subscribe("com.example.guest.heard", event -> heard.complete(event.string(1))).await();
        client.register("com.example.greet", call -> "hello " + call.string(0)).await();

        var instance = gate.launch(ModuleContent.of(program), LaunchOptions.function("main"));
        ready.get();
        IO.println("7 squared: " + client.call("com.example.guest.square", 7).as(Long.class).await());
        // It calls the procedure above, and hands its result on.
        IO.println(client.call("com.example.guest.call", "com.example.greet", "world").as(String.class).await());
        client.publish("com.example.guest.news", "the sun shines").await();
        IO.println("it heard: " + heard.get());
        IO.println("then it was " + gate.killAndWait(instance).state());
    }
}
