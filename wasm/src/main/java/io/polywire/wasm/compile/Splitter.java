package io.polywire.wasm.compile;

import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.Module.Body;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import io.polywire.wasm.module.Validator;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Divides a large function into {@link Part}s that the JVM compiles well: it ignores methods of more than 8,000 bytes,
 * and cannot take more than 64 KiB at all. Statements, which are what lies between two places where the operand stack
 * is empty, are put together as long as they are small enough and leave by few exits; a statement that is too large or
 * has many exits, like the switch of a byte code interpreter, stays and is divided inside.
 */
final class Splitter {
    /** Blocks that a part branches out of or to. */
    private static final int EXITS = 8;

    private static final int MAX_NESTING = 1000;
    private static final int MAX_ROUNDS = 8;

    private static final int MAX_BODY = 256 * 1024;

    private static final BitSet NONE = new BitSet();

    private static final class Node {
        final int offset;
        final int height;
        final @Nullable Node parent;
        final int depth;
        List<Sequence> bodies = List.of();
        List<ValType> label = List.of();
        int end;
        int cost;
        BitSet exits = NONE;

        @Nullable
        Part part;

        Node(int offset, int height, @Nullable Node parent) {
            this.offset = offset;
            this.height = height;
            this.parent = parent;
            this.depth = parent == null ? 0 : parent.depth + 1;
        }

        void open(List<ValType> types) {
            label = types;
            exits = new BitSet();
            bodies = new ArrayList<>();
            bodies.add(new Sequence());
        }

        @SuppressWarnings("ReferenceEquality") // The shared empty set is not to be written to.
        void exit(int to) {
            if (exits == NONE) {
                exits = new BitSet();
            }
            exits.set(to);
        }
    }

    /** Instructions that follow each other in a block. */
    private static final class Sequence {
        List<Node> nodes = new ArrayList<>();
        int endHeight;
    }

    private final Module module;
    private final int func;
    private final Body body;

    /** Estimated size of a method at most, and what a part must have to be worth one, in bytes. */
    private final int most;

    private final int least;
    private int parts;

    private Splitter(Module module, int func, int huge) {
        this.most = huge * 5 / 8;
        this.least = Math.max(16, huge / 80);
        this.module = module;
        this.func = func;
        this.body = module.body(func);
    }

    /**
     * Divides a function; null if that is not possible.
     *
     * @param huge size that methods must stay below, in bytes of code
     */
    static @Nullable Part split(Module module, int func, int huge) {
        return new Splitter(module, func, huge).split();
    }

    private @Nullable Part split() {
        if (body.size() > MAX_BODY) {
            return null;
        }
        for (ValType t : module.locals(func)) {
            if (t.isRef()) {
                return null;
            }
        }
        Node root = parse();
        if (root == null) {
            return null;
        }
        Sequence all = root.bodies.get(0);
        int cost = reduce(root, all, EXITS);
        for (int round = 0; cost > most && round < MAX_ROUNDS; round++) {
            int before = cost;
            cost = reduce(root, all, EXITS << (2 * round + 2));
            if (cost == before) {
                break;
            }
        }
        return parts == 0
                ? null
                : new Part(module, func, 0, 0, body.size(), List.of(), new BitSet(), false, partsIn(all.nodes));
    }

    // ---- the structure of the function

    private @Nullable Node parse() {
        List<int[]> heights = new ArrayList<>();
        Validator.visit(module, func, (offset, height) -> heights.add(new int[] {height}));
        ByteReader in = module.reader(body.start(), body.end());
        Node root = new Node(0, 0, null);
        root.open(module.funcType(func).results());
        Node open = root;
        for (int[] h : heights) {
            int offset = in.pos() - body.start();
            int op = Op.read(in);
            Sequence sequence = open.bodies.getLast();
            switch (op) {
                case Op.BLOCK, Op.LOOP, Op.IF -> {
                    Node n = new Node(offset, h[0], open);
                    n.open(label(op, in));
                    n.cost = 8;
                    sequence.nodes.add(n);
                    open = n;
                    if (n.depth > MAX_NESTING) {
                        return null;
                    }
                }
                case Op.ELSE -> {
                    sequence.endHeight = h[0];
                    open.bodies.add(new Sequence());
                }
                case Op.END -> {
                    sequence.endHeight = h[0];
                    open.end = in.pos() - body.start();
                    close(open);
                    if (open.parent != null) {
                        open = open.parent;
                    }
                }
                default -> sequence.nodes.add(leaf(op, offset, h[0], open, in));
            }
        }
        return root;
    }

    private List<ValType> label(int op, ByteReader in) {
        long t = Op.blockType(in);
        if (t >= 0) {
            FuncType type = module.types().get((int) t);
            return op == Op.LOOP ? type.params() : type.results();
        }
        ValType single = t == Op.EMPTY_BLOCK ? null : ValType.of((int) t + 128);
        return single == null || op == Op.LOOP ? List.of() : List.of(single);
    }

    private static void close(Node n) {
        for (Sequence s : n.bodies) {
            for (Node child : s.nodes) {
                n.cost += child.cost;
                n.exits.or(child.exits);
            }
        }
        n.exits.clear(n.depth);
    }

    private Node leaf(int op, int offset, int height, Node block, ByteReader in) {
        Node n = new Node(offset, height, block);
        n.cost = 3;
        switch (op) {
            case Op.BR, Op.BR_IF -> {
                n.exit(block.depth - in.u32());
                n.cost = 4;
            }
            case Op.BR_TABLE -> {
                int targets = Op.brTableSize(in);
                for (int i = 0; i <= targets; i++) {
                    n.exit(block.depth - in.u32());
                }
                n.cost = 16 + 4 * targets;
            }
            case Op.RETURN -> n.exit(0);
            case Op.CALL, Op.CALL_INDIRECT -> {
                Op.skipImmediates(in, op);
                n.cost = op == Op.CALL ? 32 : 44;
            }
            case Op.GLOBAL_GET, Op.GLOBAL_SET -> {
                in.u32();
                n.cost = 12;
            }
            default -> {
                if (Op.isAccess(op)) {
                    n.cost = Op.memArg(in).offset() == 0 ? 12 : 22;
                } else {
                    Op.skipImmediates(in, op);
                    n.cost = op >= Op.MEMORY_SIZE && !Op.isNumeric(op) ? 12 : Op.isNumeric(op) ? 4 : 3;
                }
            }
        }
        n.end = in.pos() - body.start();
        return n;
    }

    // ---- division

    /** Replaces runs of statements by parts; returns what is left of the cost. */
    private int reduce(Node block, Sequence sequence, int maxExits) {
        Run run = new Run(block);
        List<Node> all = sequence.nodes;
        int next;
        for (int i = 0; i < all.size(); i = next) {
            next = statementEnd(all, i);
            List<Node> statement = all.subList(i, next);
            int height = next < all.size() ? all.get(next).height : sequence.endHeight;
            int cost = statement.stream().mapToInt(n -> n.cost).sum();
            BitSet exits = exits(statement);
            boolean whole = all.get(i).height == 0 && height <= 0 && exits.cardinality() <= maxExits;
            if (whole && cost <= most) {
                run.add(statement, cost, exits, height == 0, maxExits);
            } else {
                run.flush();
                statement.forEach(n -> reduceInside(n, maxExits));
                run.done.addAll(statement);
            }
        }
        run.flush();
        sequence.nodes = run.done;
        return run.done.stream().mapToInt(n -> n.cost).sum();
    }

    private void reduceInside(Node n, int maxExits) {
        if (n.part == null && !n.bodies.isEmpty()) {
            n.cost = 8;
            for (Sequence s : n.bodies) {
                n.cost += reduce(n, s, maxExits);
            }
        }
    }

    /** Index behind the statement that begins at an index; dead code belongs to what is before it. */
    private static int statementEnd(List<Node> nodes, int from) {
        int i = from + 1;
        while (i < nodes.size() && nodes.get(i).height != 0) {
            i++;
        }
        return i;
    }

    private static BitSet exits(List<Node> nodes) {
        BitSet all = new BitSet();
        nodes.forEach(n -> all.or(n.exits));
        return all;
    }

    private static List<Part> partsIn(List<Node> nodes) {
        List<Part> found = new ArrayList<>();
        for (Node n : nodes) {
            if (n.part != null) {
                found.add(n.part);
            } else {
                n.bodies.forEach(s -> found.addAll(partsIn(s.nodes)));
            }
        }
        return found;
    }

    /** Statements that follow each other and may become a part. */
    private final class Run {
        private final Node block;
        private final List<Node> done = new ArrayList<>();
        private List<Node> nodes = new ArrayList<>();
        private BitSet exits = new BitSet();
        private int cost;
        private boolean fallsThrough;

        Run(Node block) {
            this.block = block;
        }

        void add(List<Node> statement, int more, BitSet itsExits, boolean goesOn, int maxExits) {
            BitSet both = (BitSet) exits.clone();
            both.or(itsExits);
            if (cost + more > most || both.cardinality() > maxExits) {
                flush();
                both = itsExits;
            }
            nodes.addAll(statement);
            cost += more;
            exits = both;
            fallsThrough = goesOn;
        }

        void flush() {
            boolean known = nodes.size() == 1 && nodes.get(0).part != null;
            if (nodes.isEmpty() || cost < least || known) {
                done.addAll(nodes);
            } else {
                Node n = new Node(nodes.get(0).offset, 0, block);
                n.end = nodes.getLast().end;
                n.exits = exits;
                n.cost = 24 + 4 * exits.cardinality();
                n.part =
                        new Part(module, func, ++parts, n.offset, n.end, labels(), exits, fallsThrough, partsIn(nodes));
                done.add(n);
            }
            nodes = new ArrayList<>();
            exits = new BitSet();
            cost = 0;
        }

        private List<List<ValType>> labels() {
            List<List<ValType>> outwards = new ArrayList<>();
            for (Node n = block; n != null; n = n.parent) {
                outwards.add(n.label);
            }
            return IntStream.range(0, outwards.size())
                    .mapToObj(i -> outwards.get(outwards.size() - 1 - i))
                    .toList();
        }
    }
}
