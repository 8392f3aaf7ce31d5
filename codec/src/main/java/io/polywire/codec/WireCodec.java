package io.polywire.codec;

import io.polywire.model.Dict;
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
import io.polywire.model.Serialization;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The codec of one serialization: the messages are the same in all, only the tokens differ.
 *
 * <p>Thread-safe: what a decoder must remember is kept per thread, and let go of after each message.
 */
final class WireCodec implements Codec {
    private final Serialization serialization;
    private final Writer writer;
    private final Supplier<Reader> tokens;
    private final ThreadLocal<MessageReader> reader;

    WireCodec(Serialization serialization, Supplier<Reader> tokens, Writer writer) {
        this.serialization = serialization;
        this.writer = writer;
        this.tokens = tokens;
        reader = ThreadLocal.withInitial(() -> new MessageReader(serialization, tokens.get()));
    }

    @Override
    public Serialization serialization() {
        return serialization;
    }

    Writer writer() {
        return writer;
    }

    /** A new reader of values, at the first of these octets. */
    Reader reader(byte[] octets, int offset, int length) {
        Reader in = tokens.get();
        in.on(octets, offset, length);
        return in;
    }

    @Override
    public Message decode(byte[] octets, int offset, int length) {
        return reader.get().read(octets, offset, length);
    }

    /** The most frequent messages come first: they are tried in this order. */
    @Override
    public void encode(Message message, Encoded out) {
        out.reset();
        switch (message) {
            case Invocation m -> {
                begin(out, m, 3, m.payload());
                integer(out, m.request());
                integer(out, m.registration());
                dict(out, m.details());
                end(out, m.payload());
            }
            case Result m -> requestAndDict(out, m, m.request(), m.details(), m.payload());
            case Event m -> {
                begin(out, m, 3, m.payload());
                integer(out, m.subscription());
                integer(out, m.publication());
                dict(out, m.details());
                end(out, m.payload());
            }
            case Call m -> requestDictAndUri(out, m, m.request(), m.options(), m.procedure(), m.payload());
            case Yield m -> requestAndDict(out, m, m.request(), m.options(), m.payload());
            case Publish m -> requestDictAndUri(out, m, m.request(), m.options(), m.topic(), m.payload());
            case Published m -> twoIds(out, m, m.request(), m.publication());
            case ErrorMessage m -> {
                begin(out, m, 4, m.payload());
                integer(out, m.requestType());
                integer(out, m.request());
                dict(out, m.details());
                string(out, m.error());
                end(out, m.payload());
            }
            case Subscribe m -> requestDictAndUri(out, m, m.request(), m.options(), m.topic(), Payload.EMPTY);
            case Subscribed m -> twoIds(out, m, m.request(), m.subscription());
            case Unsubscribe m -> twoIds(out, m, m.request(), m.subscription());
            case Unsubscribed m -> revocable(out, m, m.request(), m.details());
            case Register m -> requestDictAndUri(out, m, m.request(), m.options(), m.procedure(), Payload.EMPTY);
            case Registered m -> twoIds(out, m, m.request(), m.registration());
            case Unregister m -> twoIds(out, m, m.request(), m.registration());
            case Unregistered m -> revocable(out, m, m.request(), m.details());
            case Cancel m -> requestAndDict(out, m, m.request(), m.options(), Payload.EMPTY);
            case Interrupt m -> requestAndDict(out, m, m.request(), m.options(), Payload.EMPTY);
            case Hello m -> stringAndDict(out, m, m.realm(), m.details());
            case Welcome m -> requestAndDict(out, m, m.session(), m.details(), Payload.EMPTY);
            case Challenge m -> stringAndDict(out, m, m.authMethod(), m.extra());
            case Authenticate m -> stringAndDict(out, m, m.signature(), m.extra());
            case Abort m -> dictAndUri(out, m, m.details(), m.reason(), m.payload());
            case Goodbye m -> dictAndUri(out, m, m.details(), m.reason(), Payload.EMPTY);
        }
    }

    private void requestDictAndUri(Encoded out, Message m, long request, Dict options, String uri, Payload payload) {
        begin(out, m, 3, payload);
        integer(out, request);
        dict(out, options);
        string(out, uri);
        end(out, payload);
    }

    private void requestAndDict(Encoded out, Message m, long request, Dict options, Payload payload) {
        begin(out, m, 2, payload);
        integer(out, request);
        dict(out, options);
        end(out, payload);
    }

    private void twoIds(Encoded out, Message m, long request, long id) {
        begin(out, m, 2, Payload.EMPTY);
        integer(out, request);
        integer(out, id);
        end(out, Payload.EMPTY);
    }

    /** Without a reason to give, the details are left out, as older clients expect it. */
    private void revocable(Encoded out, Message m, long request, Dict details) {
        begin(out, m, details.isEmpty() ? 1 : 2, Payload.EMPTY);
        integer(out, request);
        if (!details.isEmpty()) {
            dict(out, details);
        }
        end(out, Payload.EMPTY);
    }

    private void stringAndDict(Encoded out, Message m, String string, Dict dict) {
        begin(out, m, 2, Payload.EMPTY);
        string(out, string);
        dict(out, dict);
        end(out, Payload.EMPTY);
    }

    private void dictAndUri(Encoded out, Message m, Dict details, String uri, Payload payload) {
        begin(out, m, 2, payload);
        dict(out, details);
        string(out, uri);
        end(out, payload);
    }

    private void begin(Encoded out, Message m, int fields, Payload payload) {
        writer.message(out, 1 + fields + payload.elements());
        writer.integer(out, m.code());
    }

    private void integer(Encoded out, long value) {
        writer.integer(out, value);
    }

    private void string(Encoded out, String value) {
        writer.text(out, value);
    }

    private void dict(Encoded out, Dict dict) {
        writer.map(out, dict.isEmpty() ? Map.of() : dict.asMap());
    }

    private void end(Encoded out, Payload payload) {
        writer.payload(out, Payloads.in(payload, serialization));
    }
}
