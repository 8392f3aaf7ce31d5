/// Registers a procedure and calls it, with records as arguments and results.
import io.polywire.wamp.client.WampClient;

record Order(String item, int count) {}

record Receipt(String item, long cents) {}

void main(String... args) {
    var url = args.length > 0 ? args[0] : "ws://127.0.0.1:8080/ws";
    try (var shop = WampClient.connect(url, "realm1");
            var customer = WampClient.connect(url, "realm1")) {
        shop.register("com.example.buy", call -> {
            var order = call.as(0, Order.class);
            return new Receipt(order.item(), order.count() * 65L);
        }).await();

        var receipt = customer.call("com.example.buy", new Order("apple", 3)).as(Receipt.class).await();
        IO.println("3 apples: " + receipt.cents() + " cents");
    }
}
