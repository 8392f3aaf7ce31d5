package io.polywire.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.ModuleException.Unsupported;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the engine lacks it refuses by name, and says where. */
class UnsupportedTest {
    /** Bytes behind the header; offsets count from the module's first byte, the header has eight. */
    @ParameterizedTest
    @CsvSource({
        // one function type (form 0x60) with a parameter of type v128
        "01 05 01 60 01 7b 00,               'unsupported: SIMD, type v128 (at offset 13)'",
        // a type of form struct (0x5f)
        "01 03 01 5f 00,                     'unsupported: garbage collection, type form 5f (at offset 11)'",
        // memory with flags 4: 64-bit addresses
        "05 03 01 04 01,                     'unsupported: memory64, limits flags 4 (at offset 11)'",
        // memory with flags 3: shared
        "05 04 01 03 01 02,                  'unsupported: threads, limits flags 3 (at offset 11)'",
        // tag section
        "0d 03 01 00 00,                     'unsupported: exception handling, tag section (at offset 8)'",
        // type () -> (), function of it, body: i32.atomic.load (fe 10)
        "01 04 01 60 00 00 03 02 01 00 0a 06 01 04 00 fe 10 0b, 'unsupported: threads, opcode fe (at offset 23)'",
        // the same with throw_ref (0a)
        "01 04 01 60 00 00 03 02 01 00 0a 05 01 03 00 0a 0b, 'unsupported: exception handling, opcode a (at offset 23)'"
    })
    void featuresBeyondTheSecondVersionAreRefusedByNameAndOffset(String hex, String message) {
        byte[] module = HexFormat.of().parseHex("0061736d01000000" + hex.replace(" ", ""));
        Unsupported e = assertThrows(Unsupported.class, () -> Module.decode(module));
        assertEquals(message, e.getMessage());
    }
}
