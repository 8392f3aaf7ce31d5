package io.polywire.gate.program;

/**
 * What a program may take. All sizes are in bytes.
 *
 * @param module size of the module
 * @param code size of its code section
 * @param memory size of its linear memory, past which {@code memory.grow} answers -1
 * @param stack stack of the program; a call takes 64 bytes and 8 for each local variable
 * @param table elements of its table
 */
public record ProgramLimits(int module, int code, int memory, int stack, int table) {
    /** As documented for Gate: 32 MiB modules, 16 MiB code, 32 MiB memory, 64 KiB stack. */
    public static final ProgramLimits DEFAULT = new ProgramLimits(32 << 20, 16 << 20, 32 << 20, 64 << 10, 1 << 20);
}
