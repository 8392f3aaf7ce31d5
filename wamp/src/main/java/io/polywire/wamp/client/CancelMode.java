package io.polywire.wamp.client;

/** What a cancel does to the callee (WAMP, "Call Canceling"). */
public enum CancelMode {
    /** The callee is not told; the call fails at once. */
    SKIP("skip"),
    /** The callee is interrupted, and what it then answers is the outcome. */
    KILL("kill"),
    /** The callee is interrupted; the call fails at once. */
    KILLNOWAIT("killnowait");

    private final String text;

    CancelMode(String text) {
        this.text = text;
    }

    /** The value of the option {@code mode}. */
    public String text() {
        return text;
    }
}
