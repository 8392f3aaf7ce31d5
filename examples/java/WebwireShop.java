/// A WebWire client calls a Python procedure and gets a WAMP event; start examples/webwire/shop.py first
import io.polywire.net.Endpoint;
import io.polywire.net.Loops;
import io.polywire.webwire.client.ClientHooks;
import io.polywire.webwire.client.WebWireClient;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Payload;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

void main(String... args) throws InterruptedException {
    var server = (Endpoint.Tcp) Endpoint.parse(args.length > 0 ? args[0] : "127.0.0.1:8080");
    var heard = new CountDownLatch(1);
    var hooks = new ClientHooks() {
        @Override
        public void onServerSignal(Signal signal) {
            IO.println(signal.name() + ": " + signal.payload().text());
            heard.countDown();
        }
    };
    try (var loops = Loops.open(1);
            var client = new WebWireClient(loops, server, Duration.ofSeconds(10), hooks)) {
        client.connect();
        var price = client.request("com.example.shop.price", Payload.utf8("apple"));
        heard.await(10, TimeUnit.SECONDS);
        IO.println("an apple: " + price.text());
    }
}
