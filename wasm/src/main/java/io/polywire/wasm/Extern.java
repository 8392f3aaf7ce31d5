package io.polywire.wasm;

import io.polywire.wasm.module.FuncType;

/** Something that can be imported. */
public sealed interface Extern permits Func, Memory, Table, Global, Extern.Host {
    /** A function of the host, with the type under which it may be imported. */
    record Host(FuncType type, HostFunction function) implements Extern {}
}
