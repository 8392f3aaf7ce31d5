package io.polywire.wamp.client;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes handlers of annotated methods. */
final class Binding {
    private Binding() {}

    /** Where a method's parameter comes from. */
    private sealed interface Source {
        /** The call or event itself. */
        record Whole() implements Source {}

        record Positional(int index, Type type) implements Source {}

        record ByName(String name, Type type) implements Source {}
    }

    static Attachment attach(WampClient client, Object target) {
        List<Pending<Registration>> registrations = new ArrayList<>();
        List<Pending<Subscription>> subscriptions = new ArrayList<>();
        for (Method method : methods(target.getClass())) {
            Procedure procedure = method.getAnnotation(Procedure.class);
            if (procedure != null) {
                registrations.add(register(client, target, method, procedure));
            }
            Subscribe subscribe = method.getAnnotation(Subscribe.class);
            if (subscribe != null) {
                subscriptions.add(subscribe(client, target, method, subscribe));
            }
        }
        if (registrations.isEmpty() && subscriptions.isEmpty()) {
            throw new IllegalArgumentException(
                    target.getClass().getName() + " has no method with @Procedure or @Subscribe");
        }
        return settle(registrations, subscriptions);
    }

    /** All or nothing. */
    private static Attachment settle(
            List<Pending<Registration>> registrations, List<Pending<Subscription>> subscriptions) {
        List<Registration> registered = new ArrayList<>();
        List<Subscription> subscribed = new ArrayList<>();
        WampException failure = null;
        for (Pending<Registration> p : registrations) {
            try {
                registered.add(p.await());
            } catch (WampException e) {
                failure = e;
            }
        }
        for (Pending<Subscription> p : subscriptions) {
            try {
                subscribed.add(p.await());
            } catch (WampException e) {
                failure = e;
            }
        }
        if (failure != null) {
            registered.forEach(Registration::unregister);
            subscribed.forEach(Subscription::unsubscribe);
            throw failure;
        }
        return new Attachment(registered, subscribed);
    }

    /** Own and inherited ones, each as it was overridden last. */
    private static List<Method> methods(Class<?> type) {
        List<Method> found = new ArrayList<>();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            for (Method m : c.getDeclaredMethods()) {
                boolean marked = m.isAnnotationPresent(Procedure.class) || m.isAnnotationPresent(Subscribe.class);
                if (marked && !m.isBridge() && found.stream().noneMatch(f -> overrides(f, m))) {
                    if (Modifier.isStatic(m.getModifiers())) {
                        throw new IllegalArgumentException(m + " is static");
                    }
                    found.add(m);
                }
            }
        }
        return found;
    }

    private static boolean overrides(Method below, Method above) {
        return !Modifier.isPrivate(above.getModifiers())
                && below.getName().equals(above.getName())
                && List.of(below.getParameterTypes()).equals(List.of(above.getParameterTypes()));
    }

    private static Pending<Registration> register(WampClient client, Object target, Method method, Procedure p) {
        List<Source> sources = sources(method, Invocation.class);
        RegisterOptions options = RegisterOptions.DEFAULT
                .withMatch(p.match())
                .withInvoke(p.invoke())
                .withConcurrency(p.concurrency());
        return client.register(
                p.value(),
                p.ordered() ? options.withOrdered() : options,
                call -> invoke(target, method, arguments(sources, call)));
    }

    private static Pending<Subscription> subscribe(WampClient client, Object target, Method method, Subscribe s) {
        List<Source> sources = sources(method, Event.class);
        SubscribeOptions options = SubscribeOptions.DEFAULT.withMatch(s.match());
        return client.subscribe(
                s.value(),
                s.getRetained() ? options.withRetained() : options,
                event -> invoke(target, method, arguments(sources, event)));
    }

    private static List<Source> sources(Method method, Class<? extends Arguments> whole) {
        method.trySetAccessible();
        List<Source> sources = new ArrayList<>();
        int index = 0;
        for (Parameter p : method.getParameters()) {
            Named named = p.getAnnotation(Named.class);
            if (named != null) {
                sources.add(new Source.ByName(named.value(), p.getParameterizedType()));
            } else if (p.getType().isAssignableFrom(whole) && Arguments.class.isAssignableFrom(p.getType())) {
                sources.add(new Source.Whole());
            } else {
                sources.add(new Source.Positional(index++, p.getParameterizedType()));
            }
        }
        return sources;
    }

    private static @Nullable Object[] arguments(List<Source> sources, Arguments from) {
        @Nullable Object[] values = new @Nullable Object[sources.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (sources.get(i)) {
                case Source.Whole() -> from;
                case Source.Positional(int index, Type type) -> value("argument " + index, from.get(index), type);
                case Source.ByName(String name, Type type) -> value("argument " + name, from.get(name), type);
            };
        }
        return values;
    }

    /** Null only for an object that may be missing: an Optional is empty then. */
    private static @Nullable Object value(String where, @Nullable Object value, Type type) {
        if (value == null) {
            if (type instanceof java.lang.reflect.ParameterizedType p && p.getRawType() == Optional.class) {
                return Optional.empty();
            }
            if (type instanceof Class<?> c && c.isPrimitive()) {
                return Arguments.required(where, null, type);
            }
            return null;
        }
        return Arguments.convert(where, value, type);
    }

    private static @Nullable Object invoke(Object target, Method method, @Nullable Object[] values) throws Exception {
        try {
            return method.invoke(target, values);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /** The named part of an argument list. */
    static @Nullable String nameOf(Annotation[] annotations) {
        for (Annotation a : annotations) {
            if (a instanceof Named n) {
                return n.value();
            }
        }
        return null;
    }
}
