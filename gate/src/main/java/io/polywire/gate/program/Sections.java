package io.polywire.gate.program;

import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.ByteWriter;
import io.polywire.wasm.module.ModuleException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A module cut into its sections, so that some can be taken out, put in or moved. */
final class Sections {
    static final int CUSTOM = 0;
    static final int EXPORT = 7;
    static final int START = 8;
    static final int CODE = 10;
    static final int DATA = 11;
    static final int DATA_COUNT = 12;

    private static final int HEADER = 8;

    /**
     * A section as it stands in the module.
     *
     * @param id number of the section
     * @param name of a custom section, otherwise empty
     * @param start where it begins, with its id
     * @param content where its content begins, behind the name
     * @param end where it ends
     */
    record Section(int id, String name, int start, int content, int end) {}

    private final byte[] module;
    private final List<Section> all = new ArrayList<>();

    /** @throws ModuleException.Malformed if there are no complete sections */
    Sections(byte[] module) {
        this.module = module;
        if (module.length >= HEADER) {
            ByteReader in = new ByteReader(module, HEADER, module.length);
            while (!in.atEnd()) {
                all.add(section(in));
            }
        }
    }

    private Section section(ByteReader in) {
        int start = in.pos();
        int id = in.u8();
        int length = in.length();
        int end = in.pos() + length;
        String name = "";
        int content = in.pos();
        if (id == CUSTOM) {
            ByteReader inner = new ByteReader(module, content, end);
            name = inner.name();
            content = inner.pos();
        }
        in.seek(end);
        return new Section(id, name, start, content, end);
    }

    List<Section> all() {
        return all;
    }

    /** Content of a section, without the name of a custom one. */
    byte[] content(Section s) {
        return Arrays.copyOfRange(module, s.content, s.end);
    }

    /** A section with its header. */
    void copy(ByteWriter out, Section s) {
        out.bytes(module, s.start, s.end - s.start);
    }

    /** The first eight bytes of the module. */
    void copyHeader(ByteWriter out) {
        out.bytes(module, 0, HEADER);
    }

    static void custom(ByteWriter out, String name, byte[] content) {
        out.section(CUSTOM, new ByteWriter().name(name).bytes(content));
    }
}
