package io.polywire.router;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Values by wildcard pattern: a tree of components, where the empty component stands for any one.
 *
 * <p>{@link #matches} visits a pattern with a component before one with a wildcard in the same place, so the first that it
 * hands over has the longest leading runs of components: the best match of a call (WAMP, "Wildcard Matching").
 */
final class WildcardTree<V> {
    private static final class Node<V> {
        final Map<String, Node<V>> children = new HashMap<>(4);

        @Nullable
        V value;
    }

    private final Node<V> root = new Node<>();
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    @Nullable
    V get(String pattern) {
        Node<V> node = root;
        for (String component : pattern.split("\\.", -1)) {
            node = node.children.get(component);
            if (node == null) {
                return null;
            }
        }
        return node.value;
    }

    void put(String pattern, V value) {
        Node<V> node = root;
        for (String component : pattern.split("\\.", -1)) {
            node = node.children.computeIfAbsent(component, c -> new Node<>());
        }
        if (node.value == null) {
            size++;
        }
        node.value = value;
    }

    void remove(String pattern) {
        remove(root, pattern.split("\\.", -1), 0);
    }

    private void remove(Node<V> node, String[] components, int at) {
        if (at == components.length) {
            if (node.value != null) {
                node.value = null;
                size--;
            }
            return;
        }
        Node<V> child = node.children.get(components[at]);
        if (child != null) {
            remove(child, components, at + 1);
            if (child.value == null && child.children.isEmpty()) {
                node.children.remove(components[at]);
            }
        }
    }

    /** Hands over the values of all patterns that match the URI, the best match of a call first. */
    void matches(String uri, Consumer<? super V> action) {
        if (size > 0) {
            matches(root, uri.split("\\.", -1), 0, action);
        }
    }

    private static <V> void matches(Node<V> node, String[] components, int at, Consumer<? super V> action) {
        if (at == components.length) {
            V value = node.value;
            if (value != null) {
                action.accept(value);
            }
            return;
        }
        Node<V> exact = node.children.get(components[at]);
        if (exact != null) {
            matches(exact, components, at + 1, action);
        }
        Node<V> any = components[at].isEmpty() ? null : node.children.get("");
        if (any != null) {
            matches(any, components, at + 1, action);
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
        node.children.values().forEach(child -> forEach(child, action));
    }
}
