package io.polywire.codec;

import io.polywire.model.Dict;
import io.polywire.model.Ids;
import io.polywire.model.Message;
import io.polywire.model.Message.Abort;
import io.polywire.model.Message.Authenticate;
import io.polywire.model.Message.Call;
import io.polywire.model.Message.Cancel;
import io.polywire.model.Message.Challenge;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Event;
import io.polywire.model.Message.Goodbye;
import io.polywire.model.Message.Hello;
import io.polywire.model.Message.Interrupt;
import io.polywire.model.Message.Invocation;
import io.polywire.model.Message.Publish;
import io.polywire.model.Message.Published;
import io.polywire.model.Message.Register;
import io.polywire.model.Message.Registered;
import io.polywire.model.Message.Result;
import io.polywire.model.Message.Subscribe;
import io.polywire.model.Message.Subscribed;
import io.polywire.model.Message.Unregister;
import io.polywire.model.Message.Unregistered;
import io.polywire.model.Message.Unsubscribe;
import io.polywire.model.Message.Unsubscribed;
import io.polywire.model.Message.Welcome;
import io.polywire.model.Message.Yield;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;

/**
 * Reads messages element by element, in wire order (WAMP, "Message Definitions"): each method takes the next element
 * and says by its name what is wrong with it. Elements after the last known one are skimmed and ignored. Used by one
 * thread at a time.
 */
final class MessageReader {
    /** How many values Options or Details may hold in all: they are read, and objects take more room than octets. */
    private static final int MOST_OPTIONS = 1 << 16;

    private final Serialization serialization;
    private final Reader in;
    private int code;
    private int index;

    MessageReader(Serialization serialization, Reader in) {
        this.serialization = serialization;
        this.in = in;
    }

    Message read(byte[] octets, int offset, int length) {
        in.on(octets, offset, length);
        in.allowance = MOST_OPTIONS;
        try {
            Message message = message();
            while (in.depth > 0) {
                in.skip(in.next());
            }
            in.finish();
            return message;
        } finally {
            in.release();
        }
    }

    private Message message() {
        if (in.next() != Reader.LIST) {
            throw new ProtocolViolation("a message must be a list");
        }
        code = -1;
        index = -1;
        code = (int) integer("code", 0, Integer.MAX_VALUE);
        return switch (code) {
            case Hello.CODE -> new Hello(uri("Realm"), dict("Details"));
            case Welcome.CODE -> new Welcome(id("Session"), dict("Details"));
            case Abort.CODE -> new Abort(dict("Details"), uri("Reason"), payload());
            case Challenge.CODE -> new Challenge(string("AuthMethod"), dict("Extra"));
            case Authenticate.CODE -> new Authenticate(string("Signature"), dictOrNull("Extra"));
            case Goodbye.CODE -> new Goodbye(dict("Details"), uri("Reason"));
            case ErrorMessage.CODE ->
                new ErrorMessage(
                        (int) integer("REQUEST.Type", 1, Integer.MAX_VALUE),
                        id("REQUEST.Request"),
                        dict("Details"),
                        uri("Error"),
                        payload());
            case Publish.CODE -> new Publish(id("Request"), dict("Options"), uri("Topic"), payload());
            case Published.CODE -> new Published(id("PUBLISH.Request"), id("Publication"));
            case Subscribe.CODE -> new Subscribe(id("Request"), dict("Options"), uri("Topic"));
            case Subscribed.CODE -> new Subscribed(id("SUBSCRIBE.Request"), id("Subscription"));
            case Unsubscribe.CODE -> new Unsubscribe(id("Request"), id("SUBSCRIBED.Subscription"));
            case Unsubscribed.CODE -> new Unsubscribed(revocable("UNSUBSCRIBE.Request"), optionalDict("Details"));
            case Event.CODE ->
                new Event(id("SUBSCRIBED.Subscription"), id("PUBLISHED.Publication"), dict("Details"), payload());
            case Call.CODE -> new Call(id("Request"), dict("Options"), uri("Procedure"), payload());
            case Cancel.CODE -> new Cancel(id("CALL.Request"), dict("Options"));
            case Result.CODE -> new Result(id("CALL.Request"), dict("Details"), payload());
            case Register.CODE -> new Register(id("Request"), dict("Options"), uri("Procedure"));
            case Registered.CODE -> new Registered(id("REGISTER.Request"), id("Registration"));
            case Unregister.CODE -> new Unregister(id("Request"), id("REGISTERED.Registration"));
            case Unregistered.CODE -> new Unregistered(revocable("UNREGISTER.Request"), optionalDict("Details"));
            case Invocation.CODE ->
                new Invocation(id("Request"), id("REGISTERED.Registration"), dict("Details"), payload());
            case Interrupt.CODE -> new Interrupt(id("INVOCATION.Request"), dict("Options"));
            case Yield.CODE -> new Yield(id("INVOCATION.Request"), dict("Options"), payload());
            default -> throw new ProtocolViolation("message code " + code + " is unknown");
        };
    }

    private static String name(int code) {
        return switch (code) {
            case Hello.CODE -> "HELLO";
            case Welcome.CODE -> "WELCOME";
            case Abort.CODE -> "ABORT";
            case Challenge.CODE -> "CHALLENGE";
            case Authenticate.CODE -> "AUTHENTICATE";
            case Goodbye.CODE -> "GOODBYE";
            case ErrorMessage.CODE -> "ERROR";
            case Publish.CODE -> "PUBLISH";
            case Published.CODE -> "PUBLISHED";
            case Subscribe.CODE -> "SUBSCRIBE";
            case Subscribed.CODE -> "SUBSCRIBED";
            case Unsubscribe.CODE -> "UNSUBSCRIBE";
            case Unsubscribed.CODE -> "UNSUBSCRIBED";
            case Event.CODE -> "EVENT";
            case Call.CODE -> "CALL";
            case Cancel.CODE -> "CANCEL";
            case Result.CODE -> "RESULT";
            case Register.CODE -> "REGISTER";
            case Registered.CODE -> "REGISTERED";
            case Unregister.CODE -> "UNREGISTER";
            case Unregistered.CODE -> "UNREGISTERED";
            case Invocation.CODE -> "INVOCATION";
            case Interrupt.CODE -> "INTERRUPT";
            case Yield.CODE -> "YIELD";
            default -> "a message";
        };
    }

    private int element() {
        index++;
        return in.next();
    }

    private long id(String name) {
        return integer(name, 1, Ids.MAX);
    }

    /** The request of an answer that may have been caused by the router itself, and is 0 then. */
    private long revocable(String name) {
        return integer(name, 0, Ids.MAX);
    }

    /** A float is no integer, but JSON cannot tell 1.0 from 1. */
    private long integer(String name, long lowest, long highest) {
        int token = element();
        if (token == Reader.NUMBER && serialization == Serialization.JSON && in.number == Math.rint(in.number)) {
            in.integer = (long) in.number;
        } else if (token != Reader.INTEGER && token != Reader.BIG) {
            throw wrong(token, name, "an integer");
        }
        if (token == Reader.BIG || in.integer < lowest || in.integer > highest) {
            throw wrong(token, name, "an integer from " + lowest + " to " + highest);
        }
        return in.integer;
    }

    private String uri(String name) {
        int token = element();
        if (token != Reader.TEXT) {
            throw wrong(token, name, "a string");
        }
        return in.knownText();
    }

    /** A string that is not kept beyond the message. */
    private String string(String name) {
        int token = element();
        if (token != Reader.TEXT) {
            throw wrong(token, name, "a string");
        }
        return in.text();
    }

    private Dict dict(String name) {
        return dict(element(), name);
    }

    private Dict optionalDict(String name) {
        int token = element();
        return token == Reader.END ? Dict.EMPTY : dict(token, name);
    }

    /** Clients in Go send null for a dict that their handler left out. */
    private Dict dictOrNull(String name) {
        int token = element();
        return token == Reader.NULL ? Dict.EMPTY : dict(token, name);
    }

    private Dict dict(int token, String name) {
        if (token != Reader.MAP) {
            throw wrong(token, name, "a dict");
        }
        return Dict.of(in.map());
    }

    /** Arguments may also be binary: so older clients send what only the receiver can read. */
    private Payload payload() {
        int token = element();
        if (token == Reader.END) {
            return Payload.EMPTY;
        }
        if (token != Reader.LIST && token != Reader.BINARY) {
            throw wrong(token, "Arguments", "a list");
        }
        int start = in.start;
        in.skip(token);
        int end = in.position;
        byte[] octets = in.octets;
        token = element();
        if (token == Reader.END) {
            return Payload.encoded(serialization, octets, start, end - start, 1);
        }
        if (token != Reader.MAP) {
            throw wrong(token, "ArgumentsKw", "a dict");
        }
        in.skip(token);
        return Payload.encoded(serialization, octets, start, in.position - start, 2);
    }

    private ProtocolViolation wrong(int token, String name, String expected) {
        if (code < 0) {
            return new ProtocolViolation(
                    token == Reader.END
                            ? "a message must not be an empty list"
                            : "the code of a message must be " + expected);
        }
        return new ProtocolViolation(name(code) + ": element " + index + " (" + name + ") "
                + (token == Reader.END ? "is missing" : "must be " + expected));
    }
}
