package io.polywire.hemi.message;

import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** How JSON is read here: strictly, and as large as the read limit of a connection lets it be. Thread-safe. */
final class Json {
    /** As deep as the original reads. */
    static final int DEEPEST = 10_000;

    /** Longest number that is taken for an integer; reading one takes more than linear time. */
    static final int LONGEST_INTEGER = 1_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private Json() {}

    static JsonParser parser(byte[] octets, int offset, int length) {
        return FACTORY.createParser(ObjectReadContext.empty(), octets, offset, length);
    }

    /** The text with U+FFFD for every half of a surrogate pair: UTF-8 has no word for it. */
    static String wellFormed(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return mended(text);
            }
        }
        return text;
    }

    private static String mended(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .forEach(out::appendCodePoint);
        return out.toString();
    }
}
