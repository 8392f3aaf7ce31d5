/// A call with results on the way, and one that is canceled.
import io.polywire.wamp.client.CallOptions;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;

void main(String... args) {
    var url = args.length > 0 ? args[0] : "ws://127.0.0.1:8080/ws";
    try (var worker = WampClient.connect(url, "realm1");
            var boss = WampClient.connect(url, "realm1")) {
        worker.register("com.example.work", call -> {
            for (int percent = 0; percent < 100; percent += 25) {
                call.progress(percent);
                Thread.sleep(call.integer(0)); // is interrupted when the caller cancels
            }
            return "done";
        }).await();

        var watch = CallOptions.DEFAULT.withProgress(step -> IO.println(step.integer(0) + " %"));
        IO.println(boss.call("com.example.work", watch, 10).await().string(0));

        var slow = boss.call("com.example.work", 60_000);
        slow.cancel();
        try {
            slow.await();
        } catch (WampException e) {
            IO.println("canceled: " + e.uri());
        }
    }
}
