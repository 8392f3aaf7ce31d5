package io.polywire.wasm.cli;

/** Runs the command in a process of its own. */
final class WasmMain {
    private WasmMain() {}

    public static void main(String[] args) {
        System.exit(WasmCommand.run(args, System.in, System.out, System.err));
    }
}
