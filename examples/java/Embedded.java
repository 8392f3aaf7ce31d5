/// A program that is router and peer in one: others may connect to it, its own client needs no socket.
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.embed.Polywire;

void main() {
    try (var router = Polywire.builder().realm("realm1").listen("127.0.0.1:0").start();
            var own = router.client("realm1")) {
        own.register("com.example.add", call -> call.integer(0) + call.integer(1)).await();

        var url = "ws://127.0.0.1:" + router.ports().getFirst() + "/ws";
        try (var other = WampClient.connect(url, "realm1")) {
            IO.println("2 + 3 = " + other.call("com.example.add", 2, 3).await().integer(0));
        }
    }
}
