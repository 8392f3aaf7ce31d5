package io.polywire.ccproxy.message;

/** What a request asks for: the five payloads of the API, and two extensions. */
public sealed interface Payload permits Hello, Attach, Bye, AllocateIo, Hyper, ListVms, FollowOutput {
    /** The name on the wire. */
    String id();

    /** The envelope for it. */
    default Request toRequest() {
        return new Request(id(), Json.data(this));
    }
}
