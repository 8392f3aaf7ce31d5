package io.polywire.server;

import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;

/**
 * Signals other than those by which the JVM stops. The JDK has no public interface to them, but offers one in its module
 * {@code jdk.unsupported}; where that is missing signals do what the system does with them.
 */
final class Signals {
    private Signals() {}

    /** Runs the task, on a thread of the JVM, each time the signal comes; false if that cannot be had. */
    static boolean on(String name, Runnable task) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, args) -> {
                        if (method.getName().equals("handle")) {
                            task.run();
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            return true;
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            System.getLogger("io.polywire.server").log(Level.DEBUG, "no handler for the signal " + name, e);
            return false;
        }
    }
}
