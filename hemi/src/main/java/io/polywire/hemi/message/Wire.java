package io.polywire.hemi.message;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How a record's component stands in JSON, where its name and type do not say it all. */
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Wire {
    /** The member's name; empty for the component's own. */
    String value() default "";

    /**
     * Bits of an unsigned integer, 8, 16, 32 or 64; 0 for the signed range of the component's type. With 64 in a {@code
     * long}, values from 2<sup>63</sup> on are negative, see {@link Long#toUnsignedString(long)}.
     */
    int unsigned() default 0;

    /** Whether the member is left out when it is zero, empty or null. */
    boolean omitEmpty() default false;
}
