package io.polywire.wamp.client.auth;

import io.polywire.model.Dict;
import java.util.function.Function;

/** A method without state: one answer to one challenge. */
final class Simple implements Authenticator {
    private final String method;
    private final Function<Dict, Answer> answer;

    Simple(String method, Function<Dict, Answer> answer) {
        this.method = method;
        this.answer = answer;
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public Exchange begin(Context context) {
        return answer::apply;
    }
}
