// Hello.java
import io.polywire.wamp.client.WampClient;

void main() {
    try (var client = WampClient.connect("ws://127.0.0.1:8080/ws", "realm1")) {
        IO.println("40 + 2 = " + client.call("com.example.add", 40, 2).await().integer(0));
        client.publish("com.example.news", "hello from Java");
    }
}
