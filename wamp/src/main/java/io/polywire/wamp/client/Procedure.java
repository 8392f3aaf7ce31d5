package io.polywire.wamp.client;

import io.polywire.model.Invoke;
import io.polywire.model.Match;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a method of an object given to {@link WampClient#attach}: the method answers calls of the procedure. On a method of an
 * interface given to {@link WampClient#proxy}: calling the method calls the procedure.
 *
 * <pre>{@code
 * class Shop {
 *     @Procedure("shop.price")
 *     double price(String article, @Named("count") int count) {
 *         return 1.5 * count;
 *     }
 * }
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Procedure {
    /** The URI or pattern; in an interface the method's name where it is empty. */
    String value() default "";

    /** See {@link RegisterOptions#match}. */
    Match match() default Match.EXACT;

    /** See {@link RegisterOptions#invoke}. */
    Invoke invoke() default Invoke.SINGLE;

    /** See {@link RegisterOptions#ordered}. */
    boolean ordered() default false;

    /** See {@link RegisterOptions#concurrency}. */
    int concurrency() default 0;
}
