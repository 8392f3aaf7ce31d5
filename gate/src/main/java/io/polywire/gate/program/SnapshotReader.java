package io.polywire.gate.program;

import io.polywire.gate.program.Sections.Section;
import io.polywire.wasm.module.ByteWriter;
import org.jspecify.annotations.Nullable;

/**
 * Takes the sections of a snapshot out of a module and gives back a module with the exports in their place. Nothing is
 * trusted.
 */
final class SnapshotReader {
    private final byte[] bytes;
    private final Sections sections;
    private @Nullable Section snapshot;
    private @Nullable Section export;
    private @Nullable Section buffer;
    private @Nullable Section stack;
    private int last;

    SnapshotReader(byte[] bytes) {
        this.bytes = bytes;
        this.sections = new Sections(bytes);
    }

    /** The state in the module, null if it is not a snapshot. */
    @Nullable
    SavedState read() {
        for (Section s : sections.all()) {
            if (s.id() == Sections.CUSTOM) {
                custom(s);
            } else {
                last = s.id();
                if (s.id() == Sections.EXPORT && export != null) {
                    throw SavedState.bad("gate.export section and export section in wasm module");
                }
            }
        }
        if (snapshot == null) {
            return null;
        }
        return SavedState.read(
                sections.content(snapshot),
                stack == null ? null : sections.content(stack),
                buffer == null ? null : sections.content(buffer));
    }

    private void custom(Section s) {
        switch (s.name()) {
            case SavedState.SNAPSHOT -> {
                single(snapshot, s);
                before(s, Sections.EXPORT);
                snapshot = s;
            }
            case SavedState.EXPORT -> {
                needsSnapshot(s);
                single(export, s);
                before(s, Sections.EXPORT);
                export = s;
            }
            case SavedState.BUFFER -> {
                needsSnapshot(s);
                single(buffer, s);
                after(s, Sections.CODE);
                before(s, Sections.DATA);
                buffer = s;
            }
            case SavedState.STACK -> {
                needsSnapshot(s);
                single(stack, s);
                after(s, Sections.CODE);
                before(s, Sections.DATA);
                stack = s;
            }
            case SavedState.FOREIGN_STACK ->
                throw SavedState.bad("gate.stack section is not supported: call stack of another compiler");
            default -> {}
        }
    }

    private static void single(@Nullable Section known, Section s) {
        if (known != null) {
            throw SavedState.bad("multiple " + s.name() + " sections in wasm module");
        }
    }

    private void needsSnapshot(Section s) {
        if (snapshot == null) {
            throw SavedState.bad(s.name() + " section without gate.snapshot section");
        }
    }

    private void before(Section s, int id) {
        if (rank(last) >= rank(id)) {
            throw SavedState.bad(s.name() + " section appears too late in wasm module");
        }
    }

    private void after(Section s, int id) {
        if (rank(last) < rank(id)) {
            throw SavedState.bad(s.name() + " section appears too early in wasm module");
        }
    }

    /** Place of a section in the order that modules have; the data count section comes before the code. */
    private static int rank(int id) {
        return id == Sections.DATA_COUNT ? 2 * Sections.CODE - 1 : 2 * id;
    }

    /** The module with its exports where they belong; the same bytes if they are not hidden. */
    byte[] module() {
        if (export == null) {
            return bytes;
        }
        ByteWriter out = new ByteWriter();
        sections.copyHeader(out);
        for (Section s : sections.all()) {
            if (s.equals(export)) {
                out.bytes(sections.content(s));
            } else {
                sections.copy(out, s);
            }
        }
        return out.toBytes();
    }

    boolean hidesExports() {
        return export != null;
    }
}
