package io.polywire.wasm.module;

/** A module that cannot be used; says why and where. */
public abstract sealed class ModuleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int offset;
    private final String reason;

    private ModuleException(String kind, String reason, int offset) {
        super(kind + ": " + reason + " (at offset " + offset + ")", null, false, false);
        this.reason = reason;
        this.offset = offset;
    }

    /** Byte offset in the module at which the fault was found. */
    public int offset() {
        return offset;
    }

    /** What is wrong, in the words of the specification's tests where they have any. */
    public String reason() {
        return reason;
    }

    /** The bytes are not a WebAssembly module (specification chapter 5). */
    public static final class Malformed extends ModuleException {
        private static final long serialVersionUID = 1L;

        public Malformed(String reason, int offset) {
            super("malformed", reason, offset);
        }
    }

    /** The module breaks a validation rule (specification chapter 3). */
    public static final class Invalid extends ModuleException {
        private static final long serialVersionUID = 1L;

        public Invalid(String reason, int offset) {
            super("invalid", reason, offset);
        }
    }

    /** The module needs a feature that this engine does not have, or passes one of its limits. */
    public static final class Unsupported extends ModuleException {
        private static final long serialVersionUID = 1L;

        public Unsupported(String feature, int offset) {
            super("unsupported", feature, offset);
        }
    }
}
