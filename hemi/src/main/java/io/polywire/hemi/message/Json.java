package io.polywire.hemi.message;

import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.BufferRecycler;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.core.util.RecyclerPool;

/** How JSON is read here: strictly, and as large as the read limit of a connection lets it be. Thread-safe. */
final class Json {
    /** As deep as the original reads. */
    static final int DEEPEST = 10_000;

    /** Longest number that is taken for an integer; reading one takes more than linear time. */
    static final int LONGEST_INTEGER = 1_000;

    /** Buffers are shared by all virtual threads; threads that stay, such as event loops, have their own. */
    private static final JsonFactory SHARING = factory(JsonRecyclerPools.newConcurrentDequePool());

    private static final JsonFactory KEEPING = factory(JsonRecyclerPools.threadLocalPool());

    private Json() {}

    private static JsonFactory factory(RecyclerPool<BufferRecycler> buffers) {
        return JsonFactory.builder()
                .recyclerPool(buffers)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .maxNumberLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .maxStringLength(Integer.MAX_VALUE)
                        .build())
                .build();
    }

    static JsonParser parser(byte[] octets, int offset, int length) {
        JsonFactory factory = Thread.currentThread().isVirtual() ? SHARING : KEEPING;
        return factory.createParser(ObjectReadContext.empty(), octets, offset, length);
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
