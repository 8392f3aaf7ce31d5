package io.polywire.hemi.client;

import io.polywire.hemi.message.HemiException;
import org.jspecify.annotations.Nullable;

/** There is no connection to the server: it could not be made, or it has ended. */
public final class ConnectionException extends HemiException {
    /** Close code of a server that does not let this key in. */
    public static final int INVALID_KEY = 4100;

    private static final long serialVersionUID = 1;

    private final int closeCode;
    private final String closeReason;

    /**
     * @param message what happened
     * @param closeCode see {@link #closeCode()}
     * @param closeReason see {@link #closeReason()}
     * @param cause what is behind it
     */
    public ConnectionException(String message, int closeCode, String closeReason, @Nullable Throwable cause) {
        super(message, cause);
        this.closeCode = closeCode;
        this.closeReason = closeReason;
    }

    /** The code of the close frame (also of this side's own), {@link io.polywire.net.CloseCode#ABNORMAL} if there was none. */
    public int closeCode() {
        return closeCode;
    }

    /** The reason of the close frame, or empty. */
    public String closeReason() {
        return closeReason;
    }

    /** Whether the server does not let this key in: trying again is of no use. */
    public boolean isKeyRefused() {
        return closeCode == INVALID_KEY;
    }
}
