package io.polywire.server;

import io.polywire.router.Session;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A call whose callee took long, for Flight Recorder. */
@Name("io.polywire.SlowCall")
@Label("Slow call")
@Description("A call whose callee took longer than the configuration's slow_call to give its final answer")
@Category("Polywire")
@StackTrace(false)
final class SlowCall extends Event {
    @Label("Realm")
    String realm = "";

    @Label("Procedure")
    String procedure = "";

    @Label("Caller")
    String caller = "";

    @Label("Callee")
    String callee = "";

    @Label("Took")
    @Timespan(Timespan.MILLISECONDS)
    long took;

    /** See {@link io.polywire.router.Realm.SlowCalls}. */
    static void note(String procedure, Session caller, Session callee, long nanos) {
        SlowCall event = new SlowCall();
        if (event.shouldCommit()) {
            event.realm = caller.realm().name();
            event.procedure = procedure;
            event.caller = who(caller);
            event.callee = who(callee);
            event.took = TimeUnit.NANOSECONDS.toMillis(nanos);
            event.commit();
        }
    }

    private static String who(Session session) {
        return session.id() + " (" + session.identity().authid() + ")";
    }
}
