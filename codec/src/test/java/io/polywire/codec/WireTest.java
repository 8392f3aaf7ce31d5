package io.polywire.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Serialization;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Each message in all serializations, field by field: MessagePack, CBOR, JSON, and what it is. Every message is written
 * to these octets and read from them.
 */
class WireTest {
    private static final Payload ARGS = Payload.of(1L, "x");
    private static final Payload ARGS_AND_KWARGS = Payload.of(List.of(1L), Map.of("k", true));
    private static final Payload KWARGS = Payload.of(List.of(), Map.of("k", true));

    @Test
    void hello() {
        wire(new Message.Hello("realm1", Dict.of("roles", Map.of("caller", Map.of()))), """
                93                    | 83                    | [                       | list of 3
                01                    | 01                    | 1                       | HELLO
                A6 72 65 61 6C 6D 31  | 66 72 65 61 6C 6D 31  | ,"realm1"               | Realm
                81 A5 72 6F 6C 65 73  | A1 65 72 6F 6C 65 73  | ,{"roles":              | Details
                81 A6 63 61 6C 6C 65 72 80 | A1 66 63 61 6C 6C 65 72 A0 | {"caller":{}}} | roles
                                      |                       | ]                       | end
                """);
    }

    @Test
    void welcome() {
        wire(new Message.Welcome(1L << 53, Dict.EMPTY), """
                93                         | 83                         | [                 | list of 3
                02                         | 02                         | 2                 | WELCOME
                CF 00 20 00 00 00 00 00 00 | 1B 00 20 00 00 00 00 00 00 | ,9007199254740992 | Session, the largest id
                80                         | A0                         | ,{}               | Details
                                           |                            | ]                 | end
                """);
    }

    @Test
    void abortWithoutPayload() {
        wire(new Message.Abort(Dict.EMPTY, "a.b", Payload.EMPTY), """
                93          | 83          | [      | list of 3
                03          | 03          | 3      | ABORT
                80          | A0          | ,{}    | Details
                A3 61 2E 62 | 63 61 2E 62 | ,"a.b" | Reason
                            |             | ]      | end
                """);
    }

    @Test
    void abortWithArguments() {
        wire(new Message.Abort(Dict.of("message", "no"), "a.b", ARGS), """
                94                      | 84                      | [            | list of 4
                03                      | 03                      | 3            | ABORT
                81 A7 6D 65 73 73 61 67 65 | A1 67 6D 65 73 73 61 67 65 | ,{"message": | Details
                A2 6E 6F                | 62 6E 6F                | "no"}        | message
                A3 61 2E 62             | 63 61 2E 62             | ,"a.b"       | Reason
                92 01 A1 78             | 82 01 61 78             | ,[1,"x"]     | Arguments
                                        |                         | ]            | end
                """);
    }

    @Test
    void challenge() {
        wire(new Message.Challenge("ticket", Dict.EMPTY), """
                93                   | 83                   | [         | list of 3
                04                   | 04                   | 4         | CHALLENGE
                A6 74 69 63 6B 65 74 | 66 74 69 63 6B 65 74 | ,"ticket" | AuthMethod
                80                   | A0                   | ,{}       | Extra
                                     |                      | ]         | end
                """);
    }

    @Test
    void authenticate() {
        wire(new Message.Authenticate("s", Dict.of("n", 2L)), """
                93          | 83          | [        | list of 3
                05          | 05          | 5        | AUTHENTICATE
                A1 73       | 61 73       | ,"s"     | Signature
                81 A1 6E 02 | A1 61 6E 02 | ,{"n":2} | Extra
                            |             | ]        | end
                """);
    }

    @Test
    void goodbye() {
        wire(new Message.Goodbye(Dict.EMPTY, "a.b"), """
                93          | 83          | [      | list of 3
                06          | 06          | 6      | GOODBYE
                80          | A0          | ,{}    | Details
                A3 61 2E 62 | 63 61 2E 62 | ,"a.b" | Reason
                            |             | ]      | end
                """);
    }

    @Test
    void error() {
        wire(new Message.ErrorMessage(48, 300, Dict.EMPTY, "e.f", ARGS), """
                96          | 86          | [        | list of 6
                08          | 08          | 8        | ERROR
                30          | 18 30       | ,48      | REQUEST.Type: CALL
                CD 01 2C    | 19 01 2C    | ,300     | REQUEST.Request
                80          | A0          | ,{}      | Details
                A3 65 2E 66 | 63 65 2E 66 | ,"e.f"   | Error
                92 01 A1 78 | 82 01 61 78 | ,[1,"x"] | Arguments
                            |             | ]        | end
                """);
    }

    @Test
    void publish() {
        wire(new Message.Publish(200, Dict.of("acknowledge", true), "t", ARGS_AND_KWARGS), """
                96          | 86          | [                | list of 6
                10          | 10          | 16               | PUBLISH
                CC C8       | 18 C8       | ,200             | Request
                81 AB 61 63 6B 6E 6F 77 6C 65 64 67 65 C3 | A1 6B 61 63 6B 6E 6F 77 6C 65 64 67 65 F5 | ,{"acknowledge":true} | Options
                A1 74       | 61 74       | ,"t"             | Topic
                91 01       | 81 01       | ,[1]             | Arguments
                81 A1 6B C3 | A1 61 6B F5 | ,{"k":true}      | ArgumentsKw
                            |             | ]                | end
                """);
    }

    @Test
    void published() {
        wire(new Message.Published(1, 65536), """
                93             | 83             | [      | list of 3
                11             | 11             | 17     | PUBLISHED
                01             | 01             | ,1     | PUBLISH.Request
                CE 00 01 00 00 | 1A 00 01 00 00 | ,65536 | Publication
                               |                | ]      | end
                """);
    }

    @Test
    void subscribe() {
        wire(new Message.Subscribe(23, Dict.of("match", "prefix"), "t."), """
                94       | 84       | [     | list of 4
                20       | 18 20    | 32    | SUBSCRIBE
                17       | 17       | ,23   | Request
                81 A5 6D 61 74 63 68 A6 70 72 65 66 69 78 | A1 65 6D 61 74 63 68 66 70 72 65 66 69 78 | ,{"match":"prefix"} | Options
                A2 74 2E | 62 74 2E | ,"t." | Topic
                         |          | ]     | end
                """);
    }

    @Test
    void subscribed() {
        wire(new Message.Subscribed(23, 24), """
                93 | 83    | [   | list of 3
                21 | 18 21 | 33  | SUBSCRIBED
                17 | 17    | ,23 | SUBSCRIBE.Request
                18 | 18 18 | ,24 | Subscription
                   |       | ]   | end
                """);
    }

    @Test
    void unsubscribe() {
        wire(new Message.Unsubscribe(127, 128), """
                93    | 83    | [    | list of 3
                22    | 18 22 | 34   | UNSUBSCRIBE
                7F    | 18 7F | ,127 | Request
                CC 80 | 18 80 | ,128 | SUBSCRIBED.Subscription
                      |       | ]    | end
                """);
    }

    @Test
    void unsubscribedWithoutDetails() {
        wire(new Message.Unsubscribed(9, Dict.EMPTY), """
                92 | 82    | [  | list of 2
                23 | 18 23 | 35 | UNSUBSCRIBED
                09 | 09    | ,9 | UNSUBSCRIBE.Request
                   |       | ]  | end
                """);
    }

    @Test
    void unsubscribedByTheRouter() {
        wire(new Message.Unsubscribed(0, Dict.of("reason", "r")), """
                93                         | 83                         | [              | list of 3
                23                         | 18 23                      | 35             | UNSUBSCRIBED
                00                         | 00                         | ,0             | no request
                81 A6 72 65 61 73 6F 6E A1 72 | A1 66 72 65 61 73 6F 6E 61 72 | ,{"reason":"r"} | Details
                                           |                            | ]              | end
                """);
    }

    @Test
    void event() {
        wire(new Message.Event(5, 6, Dict.EMPTY, KWARGS), """
                96          | 86          | [           | list of 6
                24          | 18 24       | 36          | EVENT
                05          | 05          | ,5          | SUBSCRIBED.Subscription
                06          | 06          | ,6          | PUBLISHED.Publication
                80          | A0          | ,{}         | Details
                90          | 80          | ,[]         | Arguments, empty but not left out
                81 A1 6B C3 | A1 61 6B F5 | ,{"k":true} | ArgumentsKw
                            |             | ]           | end
                """);
    }

    @Test
    void call() {
        wire(new Message.Call(7, Dict.EMPTY, "a.b", ARGS), """
                95          | 85          | [        | list of 5
                30          | 18 30       | 48       | CALL
                07          | 07          | ,7       | Request
                80          | A0          | ,{}      | Options
                A3 61 2E 62 | 63 61 2E 62 | ,"a.b"   | Procedure
                92 01 A1 78 | 82 01 61 78 | ,[1,"x"] | Arguments
                            |             | ]        | end
                """);
    }

    @Test
    void cancel() {
        wire(new Message.Cancel(7, Dict.of("mode", "kill")), """
                93 | 83    | [  | list of 3
                31 | 18 31 | 49 | CANCEL
                07 | 07    | ,7 | CALL.Request
                81 A4 6D 6F 64 65 A4 6B 69 6C 6C | A1 64 6D 6F 64 65 64 6B 69 6C 6C | ,{"mode":"kill"} | Options
                   |       | ]  | end
                """);
    }

    @Test
    void result() {
        wire(new Message.Result(7, Dict.EMPTY, Payload.EMPTY), """
                93 | 83    | [   | list of 3
                32 | 18 32 | 50  | RESULT
                07 | 07    | ,7  | CALL.Request
                80 | A0    | ,{} | Details
                   |       | ]   | end
                """);
    }

    @Test
    void register() {
        wire(new Message.Register(7, Dict.EMPTY, "a.b"), """
                94          | 84          | [      | list of 4
                40          | 18 40       | 64     | REGISTER
                07          | 07          | ,7     | Request
                80          | A0          | ,{}    | Options
                A3 61 2E 62 | 63 61 2E 62 | ,"a.b" | Procedure
                            |             | ]      | end
                """);
    }

    @Test
    void registered() {
        wire(new Message.Registered(7, 8), """
                93 | 83    | [  | list of 3
                41 | 18 41 | 65 | REGISTERED
                07 | 07    | ,7 | REGISTER.Request
                08 | 08    | ,8 | Registration
                   |       | ]  | end
                """);
    }

    @Test
    void unregister() {
        wire(new Message.Unregister(7, 8), """
                93 | 83    | [  | list of 3
                42 | 18 42 | 66 | UNREGISTER
                07 | 07    | ,7 | Request
                08 | 08    | ,8 | REGISTERED.Registration
                   |       | ]  | end
                """);
    }

    @Test
    void unregisteredWithoutDetails() {
        wire(new Message.Unregistered(7, Dict.EMPTY), """
                92 | 82    | [  | list of 2
                43 | 18 43 | 67 | UNREGISTERED
                07 | 07    | ,7 | UNREGISTER.Request
                   |       | ]  | end
                """);
    }

    @Test
    void unregisteredByTheRouter() {
        wire(new Message.Unregistered(0, Dict.of("registration", 8L)), """
                93 | 83    | [  | list of 3
                43 | 18 43 | 67 | UNREGISTERED
                00 | 00    | ,0 | no request
                81 AC 72 65 67 69 73 74 72 61 74 69 6F 6E 08 | A1 6C 72 65 67 69 73 74 72 61 74 69 6F 6E 08 | ,{"registration":8} | Details
                   |       | ]  | end
                """);
    }

    @Test
    void invocation() {
        wire(new Message.Invocation(1, 2, Dict.EMPTY, ARGS_AND_KWARGS), """
                96          | 86          | [           | list of 6
                44          | 18 44       | 68          | INVOCATION
                01          | 01          | ,1          | Request
                02          | 02          | ,2          | REGISTERED.Registration
                80          | A0          | ,{}         | Details
                91 01       | 81 01       | ,[1]        | Arguments
                81 A1 6B C3 | A1 61 6B F5 | ,{"k":true} | ArgumentsKw
                            |             | ]           | end
                """);
    }

    @Test
    void interrupt() {
        wire(new Message.Interrupt(1, Dict.EMPTY), """
                93 | 83    | [   | list of 3
                45 | 18 45 | 69  | INTERRUPT
                01 | 01    | ,1  | INVOCATION.Request
                80 | A0    | ,{} | Options
                   |       | ]   | end
                """);
    }

    @Test
    void yieldMessage() {
        wire(new Message.Yield(1, Dict.of("progress", true), ARGS), """
                94          | 84          | [        | list of 4
                46          | 18 46       | 70       | YIELD
                01          | 01          | ,1       | INVOCATION.Request
                81 A8 70 72 6F 67 72 65 73 73 C3 | A1 68 70 72 6F 67 72 65 73 73 F5 | ,{"progress":true} | Options
                92 01 A1 78 | 82 01 61 78 | ,[1,"x"] | Arguments
                            |             | ]        | end
                """);
    }

    private static void wire(Message message, String table) {
        StringBuilder msgpack = new StringBuilder();
        StringBuilder cbor = new StringBuilder();
        StringBuilder json = new StringBuilder();
        for (String line : table.lines().toList()) {
            String[] columns = line.split("\\|");
            msgpack.append(columns[0]);
            cbor.append(columns[1]);
            json.append(columns[2].strip());
        }
        wire(message, Serialization.MSGPACK, Samples.hex(msgpack.toString()));
        wire(message, Serialization.CBOR, Samples.hex(cbor.toString()));
        wire(message, Serialization.JSON, json.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void wire(Message message, Serialization serialization, byte[] octets) {
        assertArrayEquals(octets, Samples.encode(serialization, message), serialization + " written");
        Message read = Samples.decode(serialization, octets);
        assertEquals(Samples.shown(message), Samples.shown(read), serialization + " read");
        assertArrayEquals(octets, Samples.encode(serialization, read), serialization + " carried");
        for (Serialization other : Serialization.values()) {
            Message there = Samples.decode(other, Samples.encode(other, read));
            assertEquals(Samples.shown(message), Samples.shown(there), serialization + " as " + other);
        }
    }
}
