package io.polywire.hemi.door;

/** Commands are procedures of a realm. */
public final class RealmBridge extends HemiService {
    @Override
    String api() {
        return "polywire";
    }

    @Override
    Conversation open(HemiConnection connection) {
        throw new IllegalStateException();
    }
}
