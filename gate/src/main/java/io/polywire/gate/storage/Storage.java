package io.polywire.gate.storage;

import java.util.List;

/**
 * Keeps what has to outlive the server. What a method has done is durable when it returns. Thread-safe, but what belongs
 * together (one module, one instance) has to be changed by one thread at a time. Methods block: not for event loops. They
 * throw {@link StorageException} when the storage fails.
 */
public interface Storage extends AutoCloseable {
    /**
     * Everything but the octets.
     *
     * @param modules in no order
     * @param refs in no order
     * @param instances in no order
     */
    record Contents(List<StoredModule> modules, List<StoredRef> refs, List<StoredInstance> instances) {}

    /** What there is. */
    Contents load();

    /** Keeps a module. */
    void addModule(String id, byte[] octets);

    /** A kept module. */
    byte[] module(String id);

    /** Forgets a module. */
    void removeModule(String id);

    /** Adds a reference; without effect if it is there. */
    void addRef(StoredRef ref);

    /** Removes a reference. */
    void removeRef(StoredRef ref);

    /** Keeps the state of an instance; it is forgotten unless {@link #saveInstance} names it. Returns its number. */
    long addState(byte[] octets);

    /** A kept state. */
    byte[] state(long number);

    /** Forgets a state that no instance has named. */
    void removeState(long number);

    /** Keeps or updates an instance. Forgets the state that it named before, if it is another one. */
    void saveInstance(StoredInstance instance);

    /** Forgets an instance and its state. */
    void removeInstance(String principal, String id);

    /** Whether the nonce was unused by that principal; it is used from now on, until the time in seconds since 1970. */
    boolean useNonce(String principal, String nonce, long exp, long now);

    @Override
    void close();
}
