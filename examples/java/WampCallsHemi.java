/// A WAMP client calls commands of a Hemi server; start hemi-node and serve --config examples/hemi/polywire.yaml first
import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.CallException;
import io.polywire.wamp.client.WampClient;
import java.util.Map;

void main(String... args) {
    var url = args.length > 0 ? args[0] : "ws://127.0.0.1:8080/ws";
    try (var client = WampClient.connect(url, "realm1")) {
        var best = client.call("node.tbcapi-block-header-best-raw").await();
        IO.println("best block: " + best.integer("height"));

        var of = Arguments.named(Map.of("address", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"));
        IO.println("balance: " + client.call("node.tbcapi-balance-by-address", of).await().integer("balance"));

        try {
            var unknown = Arguments.named(Map.of("address", "nobody"));
            client.call("node.tbcapi-balance-by-address", unknown).await();
        } catch (CallException refused) {
            IO.println(refused.uri() + ": " + refused.arguments().string(0));
        }
    }
}
