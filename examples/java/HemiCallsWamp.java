/// A Hemi client calls the procedure of a WAMP client, and hears its events as notifications
import io.polywire.hemi.client.HemiClient;
import io.polywire.hemi.client.HemiClientSettings;
import io.polywire.hemi.client.HemiListener;
import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.hemi.message.Received;
import io.polywire.net.Loops;
import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

record PriceRequest(String item, long count) {}

record PriceResponse(long cents, ProtocolError error) {}

record News(String text) {}

void main(String... args) throws Exception {
    var url = args.length > 0 ? args[0] : "ws://127.0.0.1:8080/ws";
    // What the realm knows as a procedure or topic is a command here; arguments by name are the payload.
    var commands = CommandSet.of("polywire")
            .with("com.example.price", PriceRequest.class, PriceResponse.class)
            .withNotification("hemi.news", News.class);
    var settings = HemiClientSettings.of(URI.create(url).resolve("/hemi"), commands);
    var heard = new CompletableFuture<String>();
    var listener = new HemiListener() {
        @Override
        public void onMessage(Received message) {
            if (message.payload() instanceof News news) {
                heard.complete(news.text());
            }
        }
    };
    try (var loops = Loops.open(1);
            var shop = WampClient.connect(url, "realm1");
            var customer = new HemiClient(loops, settings, listener)) {
        shop.register("com.example.price", call -> {
            if (!call.string("item").equals("apple")) {
                throw new WampException("com.example.error.unknown", "we have apples only");
            }
            return Arguments.named(Map.of("cents", call.integer("count") * 65));
        }).await();

        var timeout = Duration.ofSeconds(10);
        var apples = customer.call(new PriceRequest("apple", 3), PriceResponse.class, timeout);
        IO.println("3 apples: " + apples.cents() + " cents");
        var pears = customer.call(new PriceRequest("pear", 1), PriceResponse.class, timeout);
        IO.println("pears: " + pears.error().message());

        shop.publish("hemi.news", Arguments.named(new News("apples are sold out"))).await();
        IO.println("news: " + heard.get());
    }
}
