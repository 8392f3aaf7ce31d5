package io.polywire.router;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Values by string prefix: finds all prefixes of a string in one walk along it, however many others there are.
 *
 * <p>A radix tree (Morrison, 1968): each edge holds a piece of text, and no two edges of a node begin with the same
 * character.
 */
final class PrefixTree<V> {
    private static final class Node<V> {
        String piece; // on the edge that leads here

        @Nullable
        V value;

        char[] firsts = {}; // first characters of the children's pieces, sorted
        Node<V>[] children = none();

        Node(String piece) {
            this.piece = piece;
        }

        @SuppressWarnings({"unchecked", "rawtypes"}) // arrays know no type parameters
        static <V> Node<V>[] none() {
            return new Node[0];
        }

        @Nullable
        Node<V> child(char first) {
            int i = Arrays.binarySearch(firsts, first);
            return i < 0 ? null : children[i];
        }

        void add(Node<V> child) {
            char first = child.piece.charAt(0);
            int i = -1 - Arrays.binarySearch(firsts, first);
            firsts = Arrays.copyOf(firsts, firsts.length + 1);
            System.arraycopy(firsts, i, firsts, i + 1, firsts.length - 1 - i);
            firsts[i] = first;
            children = Arrays.copyOf(children, children.length + 1);
            System.arraycopy(children, i, children, i + 1, children.length - 1 - i);
            children[i] = child;
        }

        void replace(Node<V> child) {
            children[Arrays.binarySearch(firsts, child.piece.charAt(0))] = child;
        }

        void remove(Node<V> child) {
            int i = Arrays.binarySearch(firsts, child.piece.charAt(0));
            char[] fewer = Arrays.copyOf(firsts, firsts.length - 1);
            System.arraycopy(firsts, i + 1, fewer, i, fewer.length - i);
            firsts = fewer;
            Node<V>[] rest = Arrays.copyOf(children, children.length - 1);
            System.arraycopy(children, i + 1, rest, i, rest.length - i);
            children = rest;
        }
    }

    private final Node<V> root = new Node<>("");
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    @Nullable
    V get(String prefix) {
        Node<V> node = root;
        int at = 0;
        while (at < prefix.length()) {
            Node<V> next = node.child(prefix.charAt(at));
            if (next == null || !prefix.startsWith(next.piece, at)) {
                return null;
            }
            at += next.piece.length();
            node = next;
        }
        return node.value;
    }

    void put(String prefix, V value) {
        Node<V> node = root;
        int at = 0;
        while (at < prefix.length()) {
            Node<V> next = node.child(prefix.charAt(at));
            if (next == null) {
                next = new Node<>(prefix.substring(at));
                node.add(next);
            } else {
                int common = common(next.piece, prefix, at);
                if (common < next.piece.length()) {
                    next = split(node, next, common);
                }
            }
            at += next.piece.length();
            node = next;
        }
        if (node.value == null) {
            size++;
        }
        node.value = value;
    }

    private static <V> Node<V> split(Node<V> parent, Node<V> child, int at) {
        Node<V> upper = new Node<>(child.piece.substring(0, at));
        parent.replace(upper);
        child.piece = child.piece.substring(at);
        upper.add(child);
        return upper;
    }

    private static int common(String piece, String text, int at) {
        int n = 0;
        while (n < piece.length() && at + n < text.length() && piece.charAt(n) == text.charAt(at + n)) {
            n++;
        }
        return n;
    }

    void remove(String prefix) {
        remove(root, prefix, 0);
    }

    private void remove(Node<V> node, String prefix, int at) {
        if (at == prefix.length()) {
            if (node.value != null) {
                node.value = null;
                size--;
            }
            return;
        }
        Node<V> child = node.child(prefix.charAt(at));
        if (child == null || !prefix.startsWith(child.piece, at)) {
            return;
        }
        remove(child, prefix, at + child.piece.length());
        if (child.value == null && child.children.length == 0) {
            node.remove(child);
        } else if (child.value == null && child.children.length == 1) {
            Node<V> only = child.children[0];
            only.piece = child.piece + only.piece;
            node.replace(only);
        }
    }

    /** Hands over the values of all prefixes of the text, the shortest first. */
    void matches(String text, Consumer<? super V> action) {
        if (size == 0) {
            return;
        }
        Node<V> node = root;
        int at = 0;
        while (true) {
            V value = node.value;
            if (value != null) {
                action.accept(value);
            }
            Node<V> next = at < text.length() ? node.child(text.charAt(at)) : null;
            if (next == null || !text.startsWith(next.piece, at)) {
                return;
            }
            at += next.piece.length();
            node = next;
        }
    }

    void forEach(Consumer<? super V> action) {
        forEach(root, action);
    }

    private static <V> void forEach(Node<V> node, Consumer<? super V> action) {
        V value = node.value;
        if (value != null) {
            action.accept(value);
        }
        for (Node<V> child : node.children) {
            forEach(child, action);
        }
    }
}
