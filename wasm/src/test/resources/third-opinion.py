# Runs exported functions of a module with wasmtime: the third opinion of FuzzMain.
# Arguments: the module's file. Standard input: a line per call, "NAME-IN-HEX BITS...". Prints a line for each: the bits
# of the results, or "trap".
import struct
import sys
import wasmtime


def value(kind, bits):
    kind = str(kind)
    if kind == "f32":
        return wasmtime.Val.f32(struct.unpack("<f", struct.pack("<i", bits))[0])
    if kind == "f64":
        return wasmtime.Val.f64(struct.unpack("<d", struct.pack("<q", bits))[0])
    return wasmtime.Val.i64(bits) if kind == "i64" else wasmtime.Val.i32(bits)


def bits(kind, v):
    kind = str(kind)
    if kind == "f32":
        return struct.unpack("<i", struct.pack("<f", v))[0]
    if kind == "f64":
        return struct.unpack("<q", struct.pack("<d", v))[0]
    return v


config = wasmtime.Config()
config.wasm_tail_call = True
config.wasm_multi_memory = True
config.cranelift_nan_canonicalization = True
store = wasmtime.Store(wasmtime.Engine(config))
module = wasmtime.Module(store.engine, open(sys.argv[1], "rb").read())
exports = wasmtime.Instance(store, module, []).exports(store)
for line in sys.stdin.read().splitlines():
    name, *args = line.split(" ")
    f = exports[bytes.fromhex(name).decode()]
    t = f.type(store)
    try:
        r = f(store, *[value(k, int(a)) for k, a in zip(t.params, args)])
        r = [] if r is None else r if isinstance(r, list) else [r]
        print("".join(" " + str(bits(k, v)) for k, v in zip(t.results, r)))
    except wasmtime.Trap:
        print("trap")
