package io.polywire.ccproxy.door;

import io.polywire.ccproxy.unix.ChunkPool;
import io.polywire.ccproxy.unix.EventLoop;
import java.util.Map;
import java.util.Set;

/**
 * What all parts of one proxy share. The collections belong to the loop's thread, but how many clients there are may be
 * asked from any.
 *
 * @param vms by container id: the table that hello enters and bye leaves
 * @param budget for what API connections hold
 * @param draining streams whose VM is gone and that still owe their readers output
 */
record Context(
        EventLoop loop,
        ChunkPool pool,
        CcProxySettings settings,
        Budget budget,
        System.Logger log,
        VmListener listener,
        Map<String, Vm> vms,
        Set<ClientConnection> clients,
        Set<StreamSession> draining) {}
