package io.polywire.wasm;

import io.polywire.wasm.Execution.State;
import io.polywire.wasm.module.Module;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;

/**
 * The other JVM process of {@link SuspensionTest}: takes snapshots from its input, runs each for a number of polls and
 * writes a snapshot, or the result, to its output.
 */
final class Mover {
    private Mover() {}

    public static void main(String[] args) throws IOException {
        DataInputStream in = new DataInputStream(System.in);
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
        for (int length = in.readInt(); length > 0; length = in.readInt()) {
            Execution e = restore(in.readNBytes(length));
            e.suspendAfter(in.readInt());
            if (e.run() == State.SUSPENDED) {
                byte[] saved = Snapshot.save(e, Map.of());
                out.writeInt(saved.length);
                out.write(saved);
            } else {
                out.writeInt(0);
                out.writeInt(result(e));
            }
            out.flush();
        }
    }

    static int result(Execution e) {
        if (e.outcome() instanceof Outcome.Returned r) {
            return r.results().getI(0);
        }
        throw new IllegalStateException("ended with " + e.outcome());
    }

    static Execution restore(byte[] snapshot) {
        Execution e = Snapshot.restore(Module.decode(snapshot), new Imports(), Limit.DEFAULT)
                .execution();
        if (e == null) {
            throw new IllegalArgumentException("nothing runs in this snapshot");
        }
        return e;
    }
}
