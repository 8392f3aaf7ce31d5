package io.polywire.wamp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Match;
import io.polywire.model.Reasons;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Annotated methods and typed proxies, against a real router. */
@Timeout(30)
class BindingTest {
    record Order(String article, int count, List<String> notes) {}

    static class Base {
        @Procedure("shop.inherited")
        String inherited() {
            return "base";
        }

        @Procedure("shop.overridden")
        String overridden() {
            return "base";
        }
    }

    static class Shop extends Base {
        final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        @Procedure("shop.price")
        double price(String article, @Named("count") int count) {
            return article.length() * count;
        }

        @Procedure("shop.order")
        Order order(Order order) {
            return new Order(order.article(), order.count() + 1, order.notes());
        }

        @Procedure("shop.orders")
        List<Order> orders(List<Order> orders) {
            return orders.reversed();
        }

        @Procedure("shop.maybe")
        String maybe(Optional<String> text, @Named("x") @Nullable String x) {
            return text.orElse("nothing") + " " + x;
        }

        @Procedure(value = "shop.any.", match = Match.PREFIX)
        String any(Invocation call, long n) {
            return call.procedure() + n;
        }

        @Procedure("shop.nothing")
        void nothing() {}

        @Procedure("shop.later")
        CompletableFuture<String> later() {
            return CompletableFuture.supplyAsync(() -> "later");
        }

        @Procedure("shop.fail")
        void fail() {
            throw new WampException("shop.error.closed", "on sundays");
        }

        @Procedure("shop.overridden")
        @Override
        String overridden() {
            return "shop";
        }

        @Subscribe("shop.sold")
        void sold(Event event, String article, @Named("count") int count) {
            events.add(event.topic() + " " + article + " " + count);
        }
    }

    interface ShopClient {
        double price(String article, @Named("count") int count);

        CompletableFuture<Order> order(Order order);

        Pending<List<Order>> orders(List<Order> orders);

        @Procedure("maybe")
        @Nullable
        String perhaps(@Nullable String text, @Named("x") @Nullable String x);

        void nothing();

        @Procedure("nothing")
        @Nullable
        String noText();

        @Procedure("nothing")
        long noNumber();

        String later();

        void fail();

        Result inherited();

        CompletableFuture<String> none();

        default String twice() {
            return later() + later();
        }
    }

    private final TestRouter router = TestRouter.start();
    private WampClient one;
    private WampClient two;

    @BeforeEach
    void connect() {
        one = WampClient.connect(router.uri("tcp"), "realm1");
        two = WampClient.connect(router.uri("ws"), "realm1");
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        router.close();
    }

    @Test
    void annotatedMethodsAnswerCallsAndTakeEvents() throws Exception {
        Shop shop = new Shop();
        Attachment attachment = one.attach(shop);
        assertEquals(10, attachment.registrations().size());
        assertEquals(
                10.0,
                two.call("shop.price", Arguments.of("apple").with("count", 2))
                        .await()
                        .number(0));
        assertEquals("shop.any.thing7", two.call("shop.any.thing", 7).await().string(0));
        assertEquals("nothing null", two.call("shop.maybe").await().string(0));
        assertEquals("base", two.call("shop.inherited").await().string(0));
        assertEquals("shop", two.call("shop.overridden").await().string(0));
        assertTrue(two.call("shop.nothing").await().isEmpty());
        two.publish("shop.sold", Arguments.of("pear").with("count", 3));
        assertEquals("shop.sold pear 3", shop.events.poll(5, TimeUnit.SECONDS));
        CallException e = assertThrows(
                CallException.class, () -> two.call("shop.price", "apple").await());
        assertEquals(Reasons.INVALID_ARGUMENT, e.uri());
        assertEquals("argument count is missing", e.arguments().string(0));
        e = assertThrows(CallException.class, () -> two.call("shop.fail").await());
        assertEquals("call of shop.fail: shop.error.closed: on sundays", e.getMessage());
        attachment.close();
        assertFalse(attachment.registrations().getFirst().isActive());
        assertThrows(CallException.class, () -> two.call("shop.nothing").await());
    }

    @Test
    void refusedMethodLeavesNoneAttached() {
        two.register("shop.order", call -> null).await();
        WampException e = assertThrows(WampException.class, () -> one.attach(new Shop()));
        assertEquals(Reasons.PROCEDURE_ALREADY_EXISTS, e.uri());
        assertThrows(CallException.class, () -> two.call("shop.nothing").await());
        assertThrows(IllegalArgumentException.class, () -> one.attach("no methods"));
    }

    @Test
    void interfaceCallsProcedures() throws Exception {
        one.attach(new Shop());
        ShopClient shop = two.proxy("shop.", ShopClient.class);
        assertEquals(10.0, shop.price("apple", 2));
        Order order = new Order("apple", 1, List.of("ripe"));
        assertEquals(new Order("apple", 2, List.of("ripe")), shop.order(order).get(5, TimeUnit.SECONDS));
        Order other = new Order("pear", 5, List.of());
        assertEquals(List.of(other, order), shop.orders(List.of(order, other)).await());
        assertEquals("a b", shop.perhaps("a", "b"));
        assertEquals("nothing null", shop.perhaps(null, null));
        shop.nothing();
        assertNull(shop.noText());
        assertEquals(
                Reasons.INVALID_ARGUMENT,
                assertThrows(WampException.class, shop::noNumber).uri());
        assertEquals("laterlater", shop.twice());
        assertEquals("base", shop.inherited().string(0));
        assertEquals(
                "shop.error.closed",
                assertThrows(CallException.class, shop::fail).uri());
        CompletionException e =
                assertThrows(CompletionException.class, () -> shop.none().join());
        assertEquals(
                Reasons.NO_SUCH_PROCEDURE,
                assertInstanceOf(CallException.class, e.getCause()).uri());
        assertTrue(shop.equals(shop));
        assertFalse(shop.equals(two.proxy("shop.", ShopClient.class)));
        assertTrue(shop.toString().contains("ShopClient"));
        assertThrows(IllegalArgumentException.class, () -> two.proxy("shop.", Shop.class));
    }
}
