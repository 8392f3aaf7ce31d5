/// Publishes events, and receives those of all topics below a prefix.
import io.polywire.model.Match;
import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.PublishOptions;
import io.polywire.wamp.client.SubscribeOptions;
import io.polywire.wamp.client.WampClient;

void main(String... args) throws InterruptedException {
    var url = args.length > 0 ? args[0] : "ws://127.0.0.1:8080/ws";
    var received = new CountDownLatch(2);
    try (var reader = WampClient.connect(url, "realm1");
            var station = WampClient.connect(url, "realm1")) {
        var everything = SubscribeOptions.DEFAULT.withMatch(Match.PREFIX);
        reader.subscribe("com.example.weather.", everything, event -> {
            IO.println(event.topic() + ": " + event.number("celsius") + " degrees");
            received.countDown();
        }).await();

        var acknowledged = PublishOptions.ACKNOWLEDGED;
        station.publish("com.example.weather.berlin", acknowledged, Arguments.named(Map.of("celsius", 21.5))).await();
        station.publish("com.example.weather.oslo", acknowledged, Arguments.named(Map.of("celsius", 14))).await();
        received.await();
    }
}
