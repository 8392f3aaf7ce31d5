package io.polywire.ccproxy.unix;

/** Who connected, as the kernel says: SO_PEERCRED of socket(7), taken when the connection was made. */
public record PeerCredentials(int pid, int uid, int gid) {}
