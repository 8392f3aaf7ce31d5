package io.polywire.wamp.client;

import io.polywire.model.Match;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On a method of an object given to {@link WampClient#attach}: the method takes the events of the topic. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Subscribe {
    /** The topic or pattern. */
    String value();

    /** See {@link SubscribeOptions#match}. */
    Match match() default Match.EXACT;

    /** See {@link SubscribeOptions#getRetained}. */
    boolean getRetained() default false;
}
