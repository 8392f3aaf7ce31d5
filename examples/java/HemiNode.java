/// A Hemi server with the commands of a Bitcoin node, and a made-up chain of one block: --listen HOST:PORT
import io.polywire.hemi.api.Tbc;
import io.polywire.hemi.api.Tbc.BalanceByAddressRequest;
import io.polywire.hemi.api.Tbc.BalanceByAddressResponse;
import io.polywire.hemi.api.Tbc.BlockHeaderBestRawRequest;
import io.polywire.hemi.api.Tbc.BlockHeaderBestRawResponse;
import io.polywire.hemi.door.Admission;
import io.polywire.hemi.door.Handlers;
import io.polywire.hemi.door.HemiDoor;
import io.polywire.hemi.door.HemiDoorSettings;
import io.polywire.hemi.message.ByteSlice;
import io.polywire.hemi.message.RequestException;
import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loops;
import java.util.Map;

/** The key that node.key holds is the only one that is let in. */
static final String CUSTOMER = "0284bf7562262bbd6940085748f3be6afa52ae317155181ece31b66351ccffa4b0";

void main(String... args) throws InterruptedException {
    var balances = Map.of("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", 5_000_000_000L);
    var handlers = new Handlers(Tbc.COMMANDS)
            .on(BlockHeaderBestRawRequest.class, (session, q) -> new BlockHeaderBestRawResponse(
                    0, ByteSlice.of(new byte[80]), null))
            .on(BalanceByAddressRequest.class, (session, q) -> {
                var balance = balances.get(q.address());
                if (balance == null) {
                    throw new RequestException("no such address: " + q.address());
                }
                return new BalanceByAddressResponse(balance, null);
            });
    var settings = HemiDoorSettings.at("/v1/ws").withLogin(Admission.keys(Map.of(CUSTOMER, "customer")));
    var at = Endpoint.parse(args.length > 1 ? args[1] : "127.0.0.1:8082");
    try (var loops = Loops.open();
            var listener = Listener.open(loops, new ListenSettings(at), Doors.http(new HemiDoor(settings, handlers)))) {
        IO.println("listening on " + listener.endpoint());
        Thread.currentThread().join();
    }
}
