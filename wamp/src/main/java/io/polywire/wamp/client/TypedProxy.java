package io.polywire.wamp.client;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Calls procedures for the methods of an interface. */
final class TypedProxy implements InvocationHandler {
    /** What to do with a call's outcome. */
    private enum Shape {
        WAIT,
        PENDING,
        FUTURE
    }

    /** @param type of the result's value, null where none is wanted */
    private record Target(
            String procedure,
            List<@Nullable String> names,
            Shape shape,
            @Nullable Type type,
            boolean primitive) {}

    private final WampClient client;
    private final CallOptions options;
    private final Map<Method, Target> targets;
    private final String text;

    private TypedProxy(WampClient client, CallOptions options, Map<Method, Target> targets, String text) {
        this.client = client;
        this.options = options;
        this.targets = targets;
        this.text = text;
    }

    static <T> T of(WampClient client, String prefix, Class<T> type, CallOptions options) {
        if (!type.isInterface()) {
            throw new IllegalArgumentException(type.getName() + " is no interface");
        }
        Map<Method, Target> targets = new HashMap<>();
        for (Method method : type.getMethods()) {
            if (!method.isDefault() && !java.lang.reflect.Modifier.isStatic(method.getModifiers())) {
                targets.put(method, target(prefix, method));
            }
        }
        TypedProxy handler = new TypedProxy(client, options, targets, "proxy of " + type.getName());
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Target target(String prefix, Method method) {
        Procedure procedure = method.getAnnotation(Procedure.class);
        String name = procedure == null || procedure.value().isEmpty() ? method.getName() : procedure.value();
        List<@Nullable String> names = new ArrayList<>();
        for (var annotations : method.getParameterAnnotations()) {
            names.add(Binding.nameOf(annotations));
        }
        Type type = method.getGenericReturnType();
        Shape shape = Shape.WAIT;
        if (type instanceof ParameterizedType p && p.getRawType() instanceof Class<?> raw) {
            if (raw == Pending.class) {
                shape = Shape.PENDING;
            } else if (raw == CompletableFuture.class || raw == CompletionStage.class) {
                shape = Shape.FUTURE;
            }
            if (shape != Shape.WAIT) {
                type = p.getActualTypeArguments()[0];
            }
        }
        boolean nothing = type == void.class || type == Void.class;
        boolean primitive = type instanceof Class<?> c && c.isPrimitive();
        return new Target(prefix + name, names, shape, nothing ? null : type, primitive);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        Target target = targets.get(method);
        if (target == null) {
            return method.isDefault() ? InvocationHandler.invokeDefault(proxy, method, args) : own(proxy, method, args);
        }
        PendingCall call = client.call(target.procedure(), options, arguments(target, args));
        return switch (target.shape()) {
            case WAIT -> value(target, call.await());
            case PENDING -> pending(target, call);
            case FUTURE -> call.future().thenApply(result -> value(target, result));
        };
    }

    private static Pending<?> pending(Target target, PendingCall call) {
        Type type = target.type();
        return type == null || type == Result.class ? call : call.as(type);
    }

    private static @Nullable Object value(Target target, Result result) {
        Type type = target.type();
        if (type == null) {
            return null;
        }
        if (type == Result.class || type == Arguments.class) {
            return result;
        }
        Object value = result.value();
        return value == null && !target.primitive()
                ? null
                : Arguments.required("the result of " + target.procedure(), value, type);
    }

    private static Arguments arguments(Target target, @Nullable Object @Nullable [] args) {
        if (args == null) {
            return Arguments.NONE;
        }
        List<@Nullable Object> positional = new ArrayList<>();
        Map<String, @Nullable Object> named = new HashMap<>();
        for (int i = 0; i < args.length; i++) {
            String name = target.names().get(i);
            if (name == null) {
                positional.add(args[i]);
            } else {
                named.put(name, args[i]);
            }
        }
        return Arguments.of(positional, named);
    }

    /** The methods of Object. */
    private Object own(Object proxy, Method method, @Nullable Object @Nullable [] args) {
        return switch (method.getName()) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" ->
                args != null
                        && args[0] != null
                        && Proxy.isProxyClass(args[0].getClass())
                        && equals(Proxy.getInvocationHandler(args[0]));
            default -> text;
        };
    }
}
