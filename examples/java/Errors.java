/// Errors that carry a URI and arguments from the callee to the caller.
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;

void main(String... args) {
    var url = args.length > 0 ? args[0] : "ws://127.0.0.1:8080/ws";
    try (var bank = WampClient.connect(url, "realm1");
            var customer = WampClient.connect(url, "realm1")) {
        bank.register("com.example.withdraw", call -> {
            if (call.integer(0) > 100) {
                throw new WampException("com.example.error.overdrawn", "only 100 are left");
            }
            return 100 - call.integer(0);
        }).await();

        IO.println("left: " + customer.call("com.example.withdraw", 30).await().integer(0));
        try {
            customer.call("com.example.withdraw", 1000).await();
        } catch (WampException e) {
            IO.println(e.uri() + ": " + e.arguments().string(0));
        }
        try {
            customer.call("com.example.nobody.has.this").await();
        } catch (WampException e) {
            IO.println(e.uri());
        }
    }
}
