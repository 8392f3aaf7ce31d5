package io.polywire.wasm.compile;

import io.polywire.wasm.compile.ControlEmitter.Block;
import io.polywire.wasm.module.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.SwitchCase;
import java.util.ArrayList;
import java.util.List;

/** What methods of divided functions do besides: begin and end as a part, and call the parts inside. */
final class PartEmitter {
    private final JvmMethod method;
    private final CodeBuilder code;
    private final Operands operands;
    private final SuspendEmitter suspend;
    private final ControlEmitter control;

    PartEmitter(JvmMethod method, SuspendEmitter suspend, ControlEmitter control) {
        this.method = method;
        this.code = method.code;
        this.operands = method.operands;
        this.suspend = suspend;
        this.control = control;
    }

    void begin() {
        Part p = method.part();
        if (p.id == 0 && !method.resuming()) {
            method.clearLocals();
            code.loadConstant(method.locals.length + p.carried()).newarray(TypeKind.LONG);
            code.astore(method.saved);
            for (int i = 0; i < method.type.params().size(); i++) {
                method.save(i);
            }
            suspend.entry();
            method.setup();
            suspend.charge(method.analysis.entryCost(), 0);
            return;
        }
        p.used.stream().forEach(method::reload);
        method.loadMemory();
        method.loadCounter();
        if (method.resumeAt >= 0) {
            suspend.loadOperands();
        }
        if (method.resuming()) {
            if (method.resumeAfter != null) {
                code.iload(4);
            }
            code.goto_(method.resumeLabel);
        } else if (p.loops && p.start != 0 && !method.analysis.loops().containsKey(p.start)) {
            suspend.request(p.start); // a frame at a loop's or the function's beginning would begin that, and pay, anew
        }
    }

    void end() {
        Part p = method.part();
        if (control.reachable()) {
            method.saveChanged();
            code.iconst_0().ireturn();
        }
        for (int i = 0; i < p.exits.length; i++) {
            Block b = control.block(p.exits[i]);
            if (b.used) {
                code.labelBinding(b.target);
                List<ValType> types = b.labelTypes();
                for (int k = 0; k < types.size(); k++) {
                    code.aload(method.saved).loadConstant(method.locals.length + k);
                    code.loadLocal(Names.kind(types.get(k)), operands.slot(k));
                    Bits.to(code, types.get(k));
                    code.lastore();
                }
                method.saveChanged();
                code.loadConstant(i + 1).ireturn();
            }
        }
    }

    /** Runs a part and goes on where it ended. */
    void call(Part child) {
        code.aload(method.saved).aload(method.instance).iload(method.depth);
        code.invokestatic(method.owner.groupOf(method.func), child.method(method.func), Names.PART);
        if (child == method.resumeAfter) {
            code.labelBinding(method.resumeLabel);
        }
        method.loadMemory();
        method.part().used.stream()
                .filter(l -> child.changed.get(l) || child.changedInside.get(l))
                .forEach(method::reload);
        int n = child.exits.length;
        Label next = code.newLabel();
        List<Label> ways = new ArrayList<>();
        for (int exit : child.exits) {
            Block b = control.block(exit);
            b.used = true;
            ways.add(b.labelTypes().isEmpty() ? b.target : code.newLabel());
        }
        leave(child, ways, next);
        for (int i = 0; i < n; i++) {
            Block b = control.block(child.exits[i]);
            if (!b.labelTypes().isEmpty()) {
                code.labelBinding(ways.get(i));
                arrive(b);
            }
        }
        if (child.fallsThrough) {
            code.labelBinding(next);
        } else if (n == 0) {
            code.aconst_null().athrow(); // never reached: a trap ends the part
        }
        control.reachable(child.fallsThrough);
    }

    /** Branches by the number on the JVM stack, which says how the part ended. */
    private void leave(Part child, List<Label> ways, Label next) {
        int n = ways.size();
        if (n == 0) {
            code.pop();
        } else if (n == 1 && child.fallsThrough) {
            code.ifne(ways.getLast());
        } else if (n == 1) {
            code.pop().goto_(ways.getLast());
        } else {
            List<SwitchCase> cases = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                cases.add(SwitchCase.of(i + 1, ways.get(i)));
            }
            code.tableswitch(1, n, child.fallsThrough ? next : ways.getLast(), cases);
        }
        if (child.fallsThrough) {
            code.goto_(next);
        }
    }

    /** Takes the values that a branch out of a part brings along to where the block wants them. */
    private void arrive(Block b) {
        List<ValType> types = b.labelTypes();
        for (int k = 0; k < types.size(); k++) {
            code.aload(method.saved).loadConstant(method.locals.length + k).laload();
            Bits.from(code, types.get(k));
            code.storeLocal(Names.kind(types.get(k)), operands.slot(b.height + k));
        }
        code.goto_(b.target);
    }
}
