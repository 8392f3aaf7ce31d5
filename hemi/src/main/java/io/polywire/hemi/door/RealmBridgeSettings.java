package io.polywire.hemi.door;

import io.polywire.model.Match;
import java.time.Duration;
import java.util.List;

/**
 * How commands and procedures, notifications and topics belong together.
 *
 * @param api prefix of the ping
 * @param prefix before a command's name it makes the procedure's URI: {@code X-request} calls {@code <prefix>X}
 * @param topics whose events go to the clients; the prefix is taken off their URIs
 * @param callTimeout after which a call is given up; zero for never
 * @param role of clients at a door without a login
 * @param closeOnUnknown whether a command without a procedure ends the connection, as in the original; else it is answered
 *     with a request error
 * @param sendLimit most octets of a message to a client; results above it are errors, events above it are dropped
 */
public record RealmBridgeSettings(
        String api,
        String prefix,
        List<Topic> topics,
        Duration callTimeout,
        String role,
        boolean closeOnUnknown,
        int sendLimit) {
    /**
     * Topics that go out as notifications.
     *
     * @param uri a topic, or a pattern of topics
     * @param match how the pattern is meant
     */
    public record Topic(String uri, Match match) {}

    /** API {@code polywire}, no prefix, no topics, 30 s, role {@code anonymous}, 524288 octets: what clients read. */
    public static final RealmBridgeSettings DEFAULT =
            new RealmBridgeSettings("polywire", "", List.of(), Duration.ofSeconds(30), "anonymous", false, 524_288);

    public RealmBridgeSettings {
        topics = List.copyOf(topics);
    }

    /** The same with another API and prefix. */
    public RealmBridgeSettings with(String newApi, String newPrefix) {
        return new RealmBridgeSettings(newApi, newPrefix, topics, callTimeout, role, closeOnUnknown, sendLimit);
    }

    /** The same with other topics. */
    public RealmBridgeSettings withTopics(Topic... all) {
        return new RealmBridgeSettings(api, prefix, List.of(all), callTimeout, role, closeOnUnknown, sendLimit);
    }

    /** The same with another bound for calls. */
    public RealmBridgeSettings withCallTimeout(Duration timeout) {
        return new RealmBridgeSettings(api, prefix, topics, timeout, role, closeOnUnknown, sendLimit);
    }

    /** The same with another role. */
    public RealmBridgeSettings withRole(String other) {
        return new RealmBridgeSettings(api, prefix, topics, callTimeout, other, closeOnUnknown, sendLimit);
    }

    /** The same, closing or answering where there is no procedure. */
    public RealmBridgeSettings withCloseOnUnknown(boolean close) {
        return new RealmBridgeSettings(api, prefix, topics, callTimeout, role, close, sendLimit);
    }
}
