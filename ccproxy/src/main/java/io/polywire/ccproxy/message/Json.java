package io.polywire.ccproxy.message;

import java.io.ByteArrayOutputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * The JSON of requests and responses. As in the original, names of members are matched without regard to case, unknown
 * members are ignored, of equal ones the last counts, and null leaves a member as it is.
 */
final class Json {
    private static final int LIMIT = 64 * 1024 * 1024; // framing has the limit that matters
    private static final int NESTING = 10_000;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            // Names come from peers: they must not pile up in the virtual machine's table.
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    // As the original's library. The parser keeps a little for each level, on the heap.
                    .maxNestingDepth(NESTING)
                    .maxNumberLength(LIMIT)
                    .maxStringLength(LIMIT)
                    .maxNameLength(LIMIT)
                    .build())
            .build();
    private static final byte[] OK = encode(true, "", null);

    private Json() {}

    /** What to do with one member of an object; the parser stands at its value and must end at the end of it. */
    private interface Member {
        void accept(String name, JsonParser parser);
    }

    static Request request(RawJson body) {
        class Envelope implements Member {
            private String id = "";
            private @Nullable RawJson data;

            @Override
            public void accept(String name, JsonParser parser) {
                if (name.equalsIgnoreCase("id")) {
                    if (parser.currentToken() == JsonToken.VALUE_STRING) {
                        id = text(parser);
                    } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
                        throw new MalformedMessage("the id is not a string");
                    }
                } else if (name.equalsIgnoreCase("data")) {
                    data = slice(parser, body);
                } else {
                    parser.skipChildren();
                }
            }
        }
        Envelope envelope = new Envelope();
        readWhole(body, envelope);
        return new Request(envelope.id, envelope.data);
    }

    static Payload payload(Request request) {
        return switch (request.id()) {
            case "" -> throw new RefusedRequest("no 'id' field in request");
            case Hello.ID -> {
                Strings s = new Strings("containerId", "ctlSerial", "ioSerial");
                readData(request, s);
                yield new Hello(s.values[0], s.values[1], s.values[2]);
            }
            case Attach.ID -> new Attach(containerId(request));
            case Bye.ID -> new Bye(containerId(request));
            case AllocateIo.ID -> allocateIo(request);
            case Hyper.ID -> hyper(request);
            case ListVms.ID -> new ListVms();
            case FollowOutput.ID -> new FollowOutput(containerId(request));
            default -> throw new RefusedRequest("no payload named '" + request.id() + "'");
        };
    }

    static Response response(RawJson body) {
        class Envelope implements Member {
            private boolean success;
            private String error = "";
            private @Nullable RawJson data;

            @Override
            public void accept(String name, JsonParser parser) {
                if (name.equalsIgnoreCase("success")) {
                    success = parser.currentToken() == JsonToken.VALUE_TRUE;
                } else if (name.equalsIgnoreCase("error") && parser.currentToken() == JsonToken.VALUE_STRING) {
                    error = text(parser);
                } else if (name.equalsIgnoreCase("data") && parser.currentToken() == JsonToken.START_OBJECT) {
                    data = slice(parser, body);
                }
                parser.skipChildren();
            }
        }
        Envelope envelope = new Envelope();
        readWhole(body, envelope);
        return new Response(envelope.success, envelope.error, envelope.data);
    }

    static AllocateIoResult allocateIoResult(Response response) {
        long[] base = {-1};
        if (response.data() != null) {
            readWhole(response.data(), (name, parser) -> {
                if (name.equals("ioBase") && parser.currentToken().isNumeric()) {
                    // Any spelling of a whole number will do: the original takes it through a double.
                    double value = parser.getDoubleValue();
                    base[0] = value == Math.rint(value) && value < 0x1p53 ? (long) value : -1;
                } else {
                    parser.skipChildren();
                }
            });
        }
        if (base[0] < 0) {
            throw new MalformedMessage("the response has no ioBase that is a whole number below 2^53");
        }
        return new AllocateIoResult(base[0]);
    }

    static byte[] encode(Request request) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        out.writeBytes(new byte[Framing.HEADER]);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeStringProperty("id", request.id());
            writeRaw(json, "data", request.data());
            json.writeEndObject();
        }
        return Framing.seal(out.toByteArray());
    }

    static byte[] encode(Response response) {
        return response.equals(Response.ok()) ? OK : encode(response.success(), response.error(), response.data());
    }

    static RawJson data(Payload payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            switch (payload) {
                case Hello hello -> {
                    json.writeStringProperty("containerId", hello.containerId());
                    json.writeStringProperty("ctlSerial", hello.ctlSerial());
                    json.writeStringProperty("ioSerial", hello.ioSerial());
                }
                case Attach attach -> json.writeStringProperty("containerId", attach.containerId());
                case Bye bye -> json.writeStringProperty("containerId", bye.containerId());
                case AllocateIo allocate -> json.writeNumberProperty("nStreams", allocate.nStreams());
                case Hyper hyper -> {
                    json.writeStringProperty("hyperName", hyper.hyperName());
                    writeRaw(json, "data", hyper.data());
                }
                case ListVms list -> {}
                case FollowOutput follow -> json.writeStringProperty("containerId", follow.containerId());
            }
            json.writeEndObject();
        }
        byte[] bytes = out.toByteArray();
        return new RawJson(bytes, 0, bytes.length);
    }

    private static byte[] encode(boolean success, String error, @Nullable RawJson data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(128);
        out.writeBytes(new byte[Framing.HEADER]);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeBooleanProperty("success", success);
            if (!error.isEmpty()) {
                json.writeStringProperty("error", error);
            }
            writeRaw(json, "data", data);
            json.writeEndObject();
        }
        return Framing.seal(out.toByteArray());
    }

    private static void writeRaw(JsonGenerator json, String name, @Nullable RawJson value) {
        if (value != null) {
            json.writeName(name);
            json.writeRawValue(value.toString());
        }
    }

    private static String containerId(Request request) {
        Strings s = new Strings("containerId");
        readData(request, s);
        return s.values[0];
    }

    private static AllocateIo allocateIo(Request request) {
        long[] streams = {0};
        readData(request, (name, parser) -> {
            if (!name.equalsIgnoreCase("nStreams")) {
                parser.skipChildren();
            } else if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                streams[0] = parser.getLongValue();
            } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
                throw wrongType("nStreams", "a whole number", parser);
            }
        });
        return new AllocateIo(streams[0]);
    }

    private static Hyper hyper(Request request) {
        Strings s = new Strings("hyperName");
        @Nullable RawJson[] data = new @Nullable RawJson[1];
        readData(request, (name, parser) -> {
            if (name.equalsIgnoreCase("data") && request.data() != null) {
                data[0] = slice(parser, request.data());
            } else {
                s.accept(name, parser);
            }
        });
        return new Hyper(s.values[0], data[0]);
    }

    /** Collects members that are strings. */
    private static final class Strings implements Member {
        private final String[] names;
        private final String[] values;

        private Strings(String... names) {
            this.names = names;
            this.values = new String[names.length];
            java.util.Arrays.fill(values, "");
        }

        @Override
        public void accept(String name, JsonParser parser) {
            for (int i = 0; i < names.length; i++) {
                if (name.equalsIgnoreCase(names[i])) {
                    if (parser.currentToken() == JsonToken.VALUE_STRING) {
                        values[i] = text(parser);
                    } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
                        throw wrongType(names[i], "a string", parser);
                    }
                }
            }
            parser.skipChildren();
        }
    }

    private static RefusedRequest wrongType(String member, String wanted, JsonParser parser) {
        return new RefusedRequest("json: '" + member + "' must be " + wanted + ", not " + kind(parser));
    }

    private static void readData(Request request, Member member) {
        RawJson data = request.data();
        if (data == null) {
            throw new RefusedRequest("unexpected end of JSON input");
        }
        try (JsonParser parser = parser(data)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                readMembers(parser, member);
            } else if (first != JsonToken.VALUE_NULL) {
                throw new RefusedRequest("json: 'data' of " + request.id() + " must be an object, not " + kind(parser));
            }
        } catch (JacksonException e) {
            throw new RefusedRequest("json: " + e.getOriginalMessage());
        }
    }

    private static void readWhole(RawJson body, Member member) {
        try (JsonParser parser = parser(body)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                readMembers(parser, member);
            } else if (first != JsonToken.VALUE_NULL) {
                throw new MalformedMessage("the body is not an object");
            }
            if (parser.nextToken() != null) {
                throw new MalformedMessage("the body is more than one JSON value");
            }
        } catch (JacksonException e) {
            throw new MalformedMessage("the body is not JSON: " + e.getOriginalMessage());
        }
    }

    private static void readMembers(JsonParser parser, Member member) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            member.accept(name, parser);
        }
    }

    private static JsonParser parser(RawJson json) {
        // The parser would take UTF-16 and UTF-32 as well, which begin with a mark or have a zero octet here.
        for (int i = 0; i < Math.min(4, json.length()); i++) {
            byte octet = json.bytes()[json.offset() + i];
            if (octet == 0 || i == 0 && octet < 0) {
                throw new MalformedMessage("the body is not UTF-8");
            }
        }
        return FACTORY.createParser(ObjectReadContext.empty(), json.bytes(), json.offset(), json.length());
    }

    /** The value at which the parser stands, as it is written; the parser then stands at its end. */
    private static RawJson slice(JsonParser parser, RawJson body) {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        int to = (int) parser.currentLocation().getByteOffset();
        return new RawJson(body.bytes(), body.offset() + from, to - from);
    }

    /** A string's text; half a surrogate pair, which JSON can spell but UTF-8 cannot, becomes U+FFFD. */
    private static String text(JsonParser parser) {
        String text = parser.getString();
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return text.codePoints()
                        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
            }
        }
        return text;
    }

    private static String kind(JsonParser parser) {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "the number " + parser.getString();
            default -> String.valueOf(token.asString()).toLowerCase(Locale.ROOT);
        };
    }
}
