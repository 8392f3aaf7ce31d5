package io.polywire.gate.program;

import io.polywire.gate.program.Sections.Section;
import io.polywire.wasm.Snapshot;
import io.polywire.wasm.module.ByteWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts what a snapshot has besides the engine's into the engine's snapshot, in Gate's order. */
final class SnapshotWriter {
    private static final Set<String> OWN =
            Set.of(SavedState.SNAPSHOT, SavedState.EXPORT, SavedState.BUFFER, SavedState.STACK, Snapshot.SECTION);

    private final Sections sections;
    private final List<Section> beforeExport = new ArrayList<>();
    private final List<Section> beforeData = new ArrayList<>();
    private final List<Section> rest = new ArrayList<>();
    private @Nullable Section export;
    private byte[] stack = {};
    private int codeAt;

    /** @param engine what the engine wrote: all custom sections are at its end */
    SnapshotWriter(byte[] engine) {
        this.sections = new Sections(engine);
        for (Section s : sections.all()) {
            if (s.name().equals(Snapshot.SECTION)) {
                stack = sections.content(s);
            } else if (s.id() == Sections.EXPORT) {
                export = s;
            } else if (s.id() == Sections.CUSTOM || s.id() == Sections.DATA) {
                if (!OWN.contains(s.name())) {
                    rest.add(s);
                }
            } else {
                (s.id() < Sections.EXPORT ? beforeExport : beforeData).add(s);
            }
        }
    }

    /**
     * Writes the snapshot.
     *
     * @param state without the stack, which is the engine's
     * @param start index of a start function that has not run yet, -1 if there is none
     * @param next index of the function to call when the frames have returned, -1 if there is none
     * @param oldCode where the code section's content begins in the module to which breakpoints refer
     */
    byte[] write(SavedState state, int start, int next, int oldCode) {
        // Breakpoints are byte offsets, so the place of the code, which depends on their lengths, must be found first.
        List<Integer> breakpoints = state.breakpoints();
        while (true) {
            byte[] bytes = write(state.at(breakpoints), start, next);
            int delta = codeAt - oldCode;
            List<Integer> moved =
                    state.breakpoints().stream().map(b -> b + delta).toList();
            if (moved.equals(breakpoints)) {
                return bytes;
            }
            breakpoints = moved;
        }
    }

    private byte[] write(SavedState state, int start, int next) {
        ByteWriter w = new ByteWriter();
        sections.copyHeader(w);
        beforeExport.forEach(s -> sections.copy(w, s));
        Sections.custom(w, SavedState.SNAPSHOT, state.header());
        if (export != null && (state.isSuspended() || state.isFinal())) {
            ByteWriter hidden = new ByteWriter();
            sections.copy(hidden, export);
            Sections.custom(w, SavedState.EXPORT, hidden.toBytes());
        } else if (export != null) {
            sections.copy(w, export);
        }
        if (start >= 0) {
            w.section(Sections.START, new ByteWriter().u32(start));
        }
        for (Section s : beforeData) {
            if (s.id() == Sections.CODE) {
                codeAt = w.size() + s.content() - s.start();
            }
            sections.copy(w, s);
        }
        if (state.buffer() != null) {
            Sections.custom(w, SavedState.BUFFER, state.buffer());
        }
        if (state.isSuspended()) {
            Sections.custom(
                    w,
                    SavedState.STACK,
                    new ByteWriter().u32(next + 1).bytes(stack).toBytes());
        }
        rest.forEach(s -> sections.copy(w, s));
        return w.toBytes();
    }
}
