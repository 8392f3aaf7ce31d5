package io.polywire.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The rules of messages, whatever the serialization: written as JSON, and tried in all three. */
class MalformedMessageTest {
    @Test
    void aMessageIsAList() {
        refused("{}", "a message must be a list");
        refused("48", "a message must be a list");
        refused("\"x\"", "a message must be a list");
    }

    @Test
    void aMessageIsNotEmpty() {
        refused("[]", "a message must not be an empty list");
    }

    @Test
    void theCodeIsAnInteger() {
        refused("[\"48\",1,{},\"p\"]", "the code of a message must be an integer");
        refused("[true]", "the code of a message must be an integer");
        refused("[-1]", "the code of a message must be an integer from 0 to 2147483647");
        refused("[4294967344,1,{},\"p\"]", "the code of a message must be an integer from 0 to 2147483647");
    }

    @Test
    void theCodeIsKnown() {
        refused("[0]", "message code 0 is unknown");
        refused("[7]", "message code 7 is unknown");
        refused("[71]", "message code 71 is unknown");
        refused("[256]", "message code 256 is unknown");
    }

    @Test
    void aMissingElementIsNamed() {
        refused("[48]", "CALL: element 1 (Request) is missing");
        refused("[48,1]", "CALL: element 2 (Options) is missing");
        refused("[48,1,{}]", "CALL: element 3 (Procedure) is missing");
        refused("[1]", "HELLO: element 1 (Realm) is missing");
        refused("[1,\"r\"]", "HELLO: element 2 (Details) is missing");
        refused("[2,1]", "WELCOME: element 2 (Details) is missing");
        refused("[3,{}]", "ABORT: element 2 (Reason) is missing");
        refused("[4,\"t\"]", "CHALLENGE: element 2 (Extra) is missing");
        refused("[5]", "AUTHENTICATE: element 1 (Signature) is missing");
        refused("[6,{}]", "GOODBYE: element 2 (Reason) is missing");
        refused("[8,68,1,{}]", "ERROR: element 4 (Error) is missing");
        refused("[16,1,{}]", "PUBLISH: element 3 (Topic) is missing");
        refused("[17,1]", "PUBLISHED: element 2 (Publication) is missing");
        refused("[32,1,{}]", "SUBSCRIBE: element 3 (Topic) is missing");
        refused("[33,1]", "SUBSCRIBED: element 2 (Subscription) is missing");
        refused("[34,1]", "UNSUBSCRIBE: element 2 (SUBSCRIBED.Subscription) is missing");
        refused("[35]", "UNSUBSCRIBED: element 1 (UNSUBSCRIBE.Request) is missing");
        refused("[36,1,1]", "EVENT: element 3 (Details) is missing");
        refused("[49,1]", "CANCEL: element 2 (Options) is missing");
        refused("[50,1]", "RESULT: element 2 (Details) is missing");
        refused("[64,1,{}]", "REGISTER: element 3 (Procedure) is missing");
        refused("[65,1]", "REGISTERED: element 2 (Registration) is missing");
        refused("[66,1]", "UNREGISTER: element 2 (REGISTERED.Registration) is missing");
        refused("[67]", "UNREGISTERED: element 1 (UNREGISTER.Request) is missing");
        refused("[68,1,1]", "INVOCATION: element 3 (Details) is missing");
        refused("[69,1]", "INTERRUPT: element 2 (Options) is missing");
        refused("[70,1]", "YIELD: element 2 (Options) is missing");
    }

    @Test
    void anIdIsAnIntegerFrom1To2Pow53() {
        String range = "CALL: element 1 (Request) must be an integer from 1 to 9007199254740992";
        refused("[48,0,{},\"p\"]", range);
        refused("[48,-1,{},\"p\"]", range);
        refused("[48,9007199254740993,{},\"p\"]", range);
        refused("[48,9223372036854775807,{},\"p\"]", range);
        refused("[48,18446744073709551615,{},\"p\"]", range);
        refused("[48,\"1\",{},\"p\"]", "CALL: element 1 (Request) must be an integer");
        refused("[48,true,{},\"p\"]", "CALL: element 1 (Request) must be an integer");
        refused("[48,null,{},\"p\"]", "CALL: element 1 (Request) must be an integer");
        refused("[48,1.5,{},\"p\"]", "CALL: element 1 (Request) must be an integer");
    }

    @Test
    void theLargestIdIsAccepted() {
        Message.Call call = (Message.Call) json("[48,9007199254740992,{},\"p\"]");
        assertEquals(1L << 53, call.request());
    }

    @Test
    void onlyARevocationHasRequest0() {
        assertEquals(0, ((Message.Unsubscribed) json("[35,0,{}]")).request());
        assertEquals(0, ((Message.Unregistered) json("[67,0]")).request());
        refused("[33,0,1]", "SUBSCRIBED: element 1 (SUBSCRIBE.Request) must be an integer from 1 to 9007199254740992");
    }

    @Test
    void aUriIsAString() {
        refused("[48,1,{},5]", "CALL: element 3 (Procedure) must be a string");
        refused("[48,1,{},null]", "CALL: element 3 (Procedure) must be a string");
        refused("[48,1,{},\"\\u0000AAAA\"]", "CALL: element 3 (Procedure) must be a string");
        refused("[1,[],{}]", "HELLO: element 1 (Realm) must be a string");
    }

    @Test
    void optionsAreADict() {
        refused("[48,1,[],\"p\"]", "CALL: element 2 (Options) must be a dict");
        refused("[48,1,null,\"p\"]", "CALL: element 2 (Options) must be a dict");
        refused("[50,1,\"\"]", "RESULT: element 2 (Details) must be a dict");
        refused("[35,1,1]", "UNSUBSCRIBED: element 2 (Details) must be a dict");
    }

    @Test
    void theExtraOfAuthenticateMayBeNull() {
        byte[] json = "[5,\"sig\",null]".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(
                new io.polywire.model.Message.Authenticate("sig", io.polywire.model.Dict.EMPTY),
                Codecs.of(io.polywire.model.Serialization.JSON).decode(json, 0, json.length));
        refused("[5,\"sig\",[]]", "AUTHENTICATE: element 2 (Extra) must be a dict");
    }

    @Test
    void argumentsAreAList() {
        refused("[48,1,{},\"p\",{}]", "CALL: element 4 (Arguments) must be a list");
        refused("[48,1,{},\"p\",null]", "CALL: element 4 (Arguments) must be a list");
        refused("[48,1,{},\"p\",\"text\"]", "CALL: element 4 (Arguments) must be a list");
    }

    @Test
    void keywordArgumentsAreADict() {
        refused("[48,1,{},\"p\",[],[]]", "CALL: element 5 (ArgumentsKw) must be a dict");
        refused("[70,1,{},[],null]", "YIELD: element 4 (ArgumentsKw) must be a dict");
    }

    @Test
    void furtherElementsAreIgnored() {
        Message.Call call = (Message.Call) json("[48,1,{},\"p\",[1],{\"k\":2},[[]],{\"x\":[null]},7]");
        assertEquals("2[Long1]{\"k\"=Long2}", Samples.shown(call.payload()));
        assertEquals("Cancel request=Long1 options={}", Samples.shown(json("[49,1,{},[1,{\"a\":[]}]]")));
    }

    @Test
    void furtherElementsMustStillBeValid() {
        refusedAs(Serialization.JSON, octets("[49,1,{},[1,]]"), "JSON: no value begins here at octet 12");
    }

    @Test
    void binaryArgumentsAreCarried() {
        Message.Call call = (Message.Call) json("[48,1,{},\"p\",\"\\u0000AQI=\"]");
        assertEquals(1, call.payload().elements());
        assertEquals("1[h'0102']{}", Samples.shown(call.payload()));
        Message there = Samples.decode(Serialization.CBOR, Samples.encode(Serialization.CBOR, call));
        assertEquals(Samples.shown(call), Samples.shown(there));
    }

    @Test
    void integralFloatsAreIdsInJsonOnly() {
        assertEquals(Samples.shown(json("[49,1,{}]")), Samples.shown(json("[49.0,1.0e0,{}]")));
        // list of 3, CANCEL, 1.0 with 64 bits, Options
        refusedAs(
                Serialization.MSGPACK,
                Samples.hex("93 31 CB 3FF0000000000000 80"),
                "CANCEL: element 1 (CALL.Request) must be an integer");
        refusedAs(
                Serialization.CBOR,
                Samples.hex("83 1831 F93C00 A0"),
                "CANCEL: element 1 (CALL.Request) must be an integer");
        refusedAs(
                Serialization.JSON,
                octets("[49,1e400,{}]"),
                "CANCEL: element 1 (CALL.Request) must be an integer from 1 to 9007199254740992");
    }

    @Test
    void emptyOptionsAreTheOneEmptyDict() {
        for (Serialization serialization : Serialization.values()) {
            Message.Cancel cancel = (Message.Cancel)
                    Samples.decode(serialization, Samples.encode(serialization, new Message.Cancel(1, Dict.EMPTY)));
            assertEquals(System.identityHashCode(Dict.EMPTY), System.identityHashCode(cancel.options()));
        }
    }

    @Test
    void optionsHoldNoMoreThan65536Values() {
        refusedAs(
                Serialization.JSON,
                octets("[49,1,{\"x\":[" + "1,".repeat(1 << 16) + "1]}]"),
                "JSON: there are too many values at octet 131083");
    }

    @Test
    void aMessageMayLieAnywhereInTheArray() {
        byte[] octets = octets("xx[48,1,{},\"p\",[1]]yy");
        Message.Call call = (Message.Call) Codecs.of(Serialization.JSON).decode(octets, 2, octets.length - 4);
        assertEquals("1[Long1]{}", Samples.shown(call.payload()));
        assertEquals(15, call.payload().offset());
        assertEquals(3, call.payload().length());
    }

    @Test
    void thePayloadIsTheSliceFromItsFirstToItsLastOctet() {
        Message.Call call = (Message.Call) json("[48,1,{},\"p\" , [1] ,\n{\"k\" : 2 } , 7 ]");
        Payload payload = call.payload();
        assertEquals(
                "[1] ,\n{\"k\" : 2 }",
                new String(payload.octets(), payload.offset(), payload.length(), StandardCharsets.UTF_8));
    }

    private static Message json(String text) {
        return Samples.decode(Serialization.JSON, octets(text));
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void refused(String json, String text) {
        Object value = Values.read(Serialization.JSON, octets(json), 0, octets(json).length);
        for (Serialization serialization : Serialization.values()) {
            refusedAs(serialization, Values.write(serialization, value), text);
        }
    }

    private static void refusedAs(Serialization serialization, byte[] octets, String text) {
        ProtocolViolation violation =
                assertThrows(ProtocolViolation.class, () -> Samples.decode(serialization, octets));
        assertEquals(text, violation.text(), serialization.toString());
    }
}
