package io.polywire.router;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who a session is.
 *
 * @param authid the name
 * @param authrole the role, which decides what is allowed
 * @param authmethod how it was proved
 * @param authprovider who checked it
 * @param authextra further facts; shown by {@code wamp.session.get} where not empty
 */
public record Identity(
        String authid,
        String authrole,
        String authmethod,
        String authprovider,
        Map<String, @Nullable Object> authextra) {}
