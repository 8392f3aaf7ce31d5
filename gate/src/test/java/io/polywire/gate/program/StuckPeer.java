package io.polywire.gate.program;

import io.polywire.gate.service.GuestPeer;
import io.polywire.gate.service.GuestStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A client that sends and never takes what comes back. */
final class StuckPeer implements GuestPeer {
    private @Nullable GuestStream stream;
    private int credit;
    private int taken;

    /** Sends as much of so many bytes as is taken within two seconds without progress. */
    synchronized void feed(int bytes) throws InterruptedException {
        int left = bytes;
        while (left > 0) {
            while (credit == 0) {
                int before = taken;
                wait(1000);
                if (credit == 0 && taken == before) {
                    return;
                }
            }
            int n = Math.min(left, credit);
            credit -= n;
            left -= n;
            GuestStream s = stream;
            if (s != null) {
                s.input(ByteBuffer.allocate(n));
            }
        }
    }

    synchronized int taken() {
        return taken;
    }

    @Override
    public synchronized void connected(GuestStream s) {
        stream = s;
        notifyAll();
    }

    @Override
    public void refused() {}

    @Override
    public synchronized void credit(int bytes) {
        credit += bytes;
        notifyAll();
    }

    @Override
    public synchronized void output(byte[] data) {
        taken += data.length;
        notifyAll();
    }

    @Override
    public void outputEnd() {}

    @Override
    public void inputEnd() {}

    @Override
    public void closed() {}
}
