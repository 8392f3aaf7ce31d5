package io.polywire.wasm.cli;

import io.polywire.wasm.SnapshotException;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.ByteWriter;
import io.polywire.wasm.module.ModuleException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a saved run needs besides the program's state. Granted folders are not in it: they are granted anew by whoever
 * resumes it.
 *
 * @param args the program's arguments
 * @param metered whether it counts fuel
 */
record RunState(List<String> args, boolean metered) {
    static final String SECTION = "polywire.run";

    byte[] write() {
        ByteWriter w = new ByteWriter().u8(metered ? 1 : 0).u32(args.size());
        args.forEach(w::name);
        return w.toBytes();
    }

    static RunState read(byte @Nullable [] section) {
        if (section == null) {
            return new RunState(List.of("resumed"), false);
        }
        try {
            ByteReader in = new ByteReader(section, 0, section.length);
            boolean metered = in.u8() != 0;
            List<String> args = new ArrayList<>();
            for (int n = in.count(1); n > 0; n--) {
                args.add(in.name());
            }
            return new RunState(args, metered);
        } catch (ModuleException.Malformed e) {
            throw new SnapshotException("damaged snapshot: " + e.reason());
        }
    }
}
