package io.polywire.ccproxy.hyperstart;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The codes of control frames, and the names by which a client asks for them. Code 3 (stoppod) is gone. */
public enum Command {
    VERSION(0),
    STARTPOD(1),
    GETPOD(2),
    DESTROYPOD(4),
    RESTARTCONTAINER(5),
    EXECCMD(6),
    FINISHCMD(7),
    /** From the agent, once: it has opened its ports. */
    READY(8),
    /** From the agent: the command succeeded. */
    ACK(9),
    /** From the agent: the command failed. */
    ERROR(10),
    WINSIZE(11),
    PING(12),
    /** From the agent, unasked: the last container's process has exited. */
    FINISHPOD(13),
    /** From the agent: so many octets have been read. */
    NEXT(14),
    WRITEFILE(15),
    READFILE(16),
    NEWCONTAINER(17),
    KILLCONTAINER(18),
    ONLINECPUMEM(19),
    SETUPINTERFACE(20),
    SETUPROUTE(21);

    private static final Map<String, Command> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(Command::wireName, Function.identity()));

    private final int code;
    private final String wireName;

    Command(int code) {
        this.code = code;
        this.wireName = name().toLowerCase(java.util.Locale.ROOT);
    }

    public int code() {
        return code;
    }

    /** The name in a hyper request. */
    public String wireName() {
        return wireName;
    }

    /** The command of that name, case-sensitive, or null. */
    public static @Nullable Command named(String wireName) {
        return BY_NAME.get(wireName);
    }
}
