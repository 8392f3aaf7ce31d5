package io.polywire.hemi.bridge;

import io.polywire.hemi.client.HemiClientSettings;
import io.polywire.hemi.message.CommandSet;
import java.time.Duration;
import java.util.List;

/**
 * A Hemi server whose commands are to be procedures of a realm.
 *
 * @param client how it is connected; its commands need only have the ping, payloads are carried as they are
 * @param commands names {@code X} of {@code X-request} and {@code X-response}; each is the procedure {@code <prefix>X}
 * @param notifications names {@code X} of {@code X-notification}; each is the topic {@code <prefix>X}
 * @param prefix of procedures and topics, may be empty
 * @param role of the session in the realm; it registers and publishes by it
 * @param timeout of a call
 */
public record RemoteServerSettings(
        HemiClientSettings client,
        List<String> commands,
        List<String> notifications,
        String prefix,
        String role,
        Duration timeout) {
    private static final String REQUEST = "-request";
    private static final String NOTIFICATION = "-notification";

    public RemoteServerSettings {
        commands = List.copyOf(commands);
        notifications = List.copyOf(notifications);
    }

    /** All that the client's commands have, in the role {@code trusted}; calls may take 30 s. */
    public static RemoteServerSettings of(HemiClientSettings client, String prefix) {
        return new RemoteServerSettings(
                client,
                commands(client.commands()),
                notifications(client.commands()),
                prefix,
                "trusted",
                Duration.ofSeconds(30));
    }

    /** The names of those that are answered. */
    public static List<String> commands(CommandSet set) {
        return set.commands().keySet().stream()
                .filter(command -> set.responseTo(command) != null)
                .map(command -> command.substring(0, command.length() - REQUEST.length()))
                .toList();
    }

    /** The names of the notifications. */
    public static List<String> notifications(CommandSet set) {
        return set.commands().keySet().stream()
                .filter(command -> command.endsWith(NOTIFICATION))
                .map(command -> command.substring(0, command.length() - NOTIFICATION.length()))
                .toList();
    }
}
