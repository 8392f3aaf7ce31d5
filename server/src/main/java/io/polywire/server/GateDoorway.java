package io.polywire.server;

import io.polywire.gate.bridge.GateProcedures;
import io.polywire.gate.bridge.ModuleProcedure;
import io.polywire.gate.bridge.ModuleProcedures;
import io.polywire.gate.bridge.WampService;
import io.polywire.gate.door.GateDoor;
import io.polywire.gate.program.Program;
import io.polywire.gate.program.ProgramException;
import io.polywire.gate.service.GuestService;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import io.polywire.server.config.GateConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The Gate door, and what joins programs and a realm. Opened and closed by the thread that starts and stops the server, while
 * there are loops and realms.
 */
final class GateDoorway implements AutoCloseable {
    private static final String METHOD = "ed25519";
    private static final String PROVIDER = "gate";
    private static final int REGISTRATION_SECONDS = 10;

    final GateDoor door;
    private final @Nullable ModuleProcedures functions;

    /**
     * @param realm in which programs are sessions; null: none
     * @param administers whether a role of a realm sees the programs of everybody
     * @param data where modules and instances outlive the process; null: they do not
     */
    GateDoorway(
            GateConfig settings,
            @Nullable HostedRealm realm,
            BiPredicate<String, String> administers,
            @Nullable Path data) {
        List<GuestService> services = new ArrayList<>();
        if (realm != null) {
            services.add(new WampService(realm, principal -> program(principal, settings.role())));
        }
        door = GateDoor.open(settings.door().withData(data == null ? null : data.resolve("gate")), services);
        try {
            functions = realm == null ? null : join(settings, realm, administers);
        } catch (RuntimeException e) {
            door.close();
            throw e;
        }
    }

    private @Nullable ModuleProcedures join(
            GateConfig settings, HostedRealm realm, BiPredicate<String, String> administers) {
        String name = realm.realm().name();
        Identity server = new Identity("polywire", "trusted", "internal", PROVIDER, Map.of());
        new GateProcedures(
                realm,
                door.host(),
                who -> new GateProcedures.Caller(principal(who), administers.test(name, who.authrole())),
                server);
        if (settings.procedures().isEmpty()) {
            return null;
        }
        List<ModuleProcedure> procedures =
                settings.procedures().stream().map(this::procedure).toList();
        ModuleProcedures functions = new ModuleProcedures(realm, door.host().programs(), server, procedures);
        try {
            var _ = functions.ready().get(REGISTRATION_SECONDS, TimeUnit.SECONDS);
            return functions;
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new IllegalStateException("gate: " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IllegalStateException("gate: procedures are not registered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("gate: procedures are not registered", e);
        }
    }

    private ModuleProcedure procedure(GateConfig.Procedure one) {
        try {
            byte[] octets = Files.readAllBytes(one.module());
            Program program = door.host().program(Program.id(octets), octets);
            program.checkEntry(one.function());
            return ModuleProcedure.of(one.uri(), program, one.function())
                    .asResident(one.residents(), one.idle())
                    .encoding(one.encoding())
                    .timeout(one.timeout());
        } catch (ProgramException e) {
            throw new IllegalArgumentException("procedure " + one.uri() + ": " + one.module() + ": " + e.text(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("procedure " + one.uri() + ": " + e.getMessage(), e);
        }
    }

    /** Who a program is in the realm: the key that started it. */
    private static Identity program(@Nullable String principal, String role) {
        return new Identity(principal == null ? "anonymous" : principal, role, METHOD, PROVIDER, Map.of());
    }

    /** Whose programs are those of a session of the realm: nobody's in particular, unless it has proved who it is. */
    private static String principal(Identity who) {
        return who.authmethod().equals("anonymous") ? "wamp:" : "wamp:" + who.authid();
    }

    @Override
    public void close() {
        if (functions != null) {
            functions.close();
        }
        door.close();
    }
}
