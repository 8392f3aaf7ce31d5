package io.polywire.hemi;

import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.hemi.message.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client knows of the test application. */
public final class TestCommands {
    public static final CommandSet COMMANDS = CommandSet.of("polywiretest")
            .with("test-echo", EchoRequest.class, EchoResponse.class)
            .with("test-add", AddRequest.class, AddResponse.class)
            .with("test-fail", FailRequest.class, FailResponse.class)
            .with("test-internal", InternalRequest.class, InternalResponse.class)
            .with("test-slow", SlowRequest.class, SlowResponse.class)
            .with("test-notify", NotifyRequest.class, NotifyResponse.class)
            .withNotification("test", Notification.class)
            .with("test-list", ListRequest.class, ListResponse.class)
            .with("test-whoami", WhoamiRequest.class, WhoamiResponse.class)
            .withCommand("test-close-request", CloseRequest.class);

    private TestCommands() {}

    public record EchoRequest(String text) {}

    public record EchoResponse(String text, @Nullable ProtocolError error) {}

    public record AddRequest(long a, long b) {}

    public record AddResponse(long sum, @Nullable ProtocolError error) {}

    public record FailRequest(String reason) {}

    public record FailResponse(@Nullable ProtocolError error) {}

    public record InternalRequest(String detail) {}

    public record InternalResponse(@Nullable ProtocolError error) {}

    public record SlowRequest(@Wire(unsigned = 32) long ms) {}

    public record SlowResponse(
            @Wire(unsigned = 32) long ms, @Nullable ProtocolError error) {}

    public record NotifyRequest(@Wire(unsigned = 32) long count, String text) {}

    public record NotifyResponse(
            @Wire(unsigned = 32) long count, @Nullable ProtocolError error) {}

    public record Notification(@Wire(unsigned = 32) long seq, String text) {}

    public record ListRequest(@Wire(unsigned = 32) long n) {}

    public record ListResponse(List<String> items, @Nullable ProtocolError error) {}

    public record WhoamiRequest() {}

    public record WhoamiResponse(String publickey, @Nullable ProtocolError error) {}

    public record CloseRequest(int code, String reason) {}

    public record DoneRequest() {}

    public record DoneResponse() {}
}
