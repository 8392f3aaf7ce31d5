package io.polywire.interop;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dependency rules of docs/architecture.md. */
@TestInstance(Lifecycle.PER_CLASS)
class ArchitectureTest {
    /** Rooms that speak a protocol to peers; they may be absent as yet. */
    private static final List<String> DOORS = List.of("wamp", "webwire", "hemi", "gate", "ccproxy");

    private final JavaClasses all = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/interop/"))
            .importPackages("io.polywire");

    private static String[] rooms(String... names) {
        return List.of(names).stream().map(name -> "io.polywire." + name + "..").toArray(String[]::new);
    }

    @Test
    void theRoomsAreSeen() {
        for (String room : List.of("model", "codec", "router", "net", "wamp", "gate", "server")) {
            assertFalse(
                    all.stream().noneMatch(c -> c.getPackageName().startsWith("io.polywire." + room)),
                    "no class of " + room + " was found, so no rule would hold it");
        }
    }

    @Test
    void noDoorKnowsAnother() {
        for (String door : DOORS) {
            String[] others = DOORS.stream().filter(d -> !d.equals(door)).toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("io.polywire." + door + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(rooms(others))
                    .allowEmptyShould(true)
                    .check(all);
        }
    }

    @Test
    void nothingKnowsTheServer() {
        noClasses()
                .that()
                .resideOutsideOfPackages(rooms("server"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(rooms("server"))
                .check(all);
    }

    @Test
    void onlyTheServerAndDoorsKnowDoors() {
        noClasses()
                .that()
                .resideInAnyPackage(rooms("model", "codec", "router", "net", "wasm"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(rooms(DOORS.toArray(String[]::new)))
                .check(all);
    }

    @Test
    void theStoreKnowsOfDoorsOnlyWhatItKeepsForThem() {
        noClasses()
                .that()
                .resideInAPackage("io.polywire.store..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(rooms(DOORS.toArray(String[]::new)))
                        .and(not(resideInAPackage("io.polywire.wamp.auth.."))))
                .check(all);
    }

    @Test
    void theRouterKnowsNoSocketNoThreadPoolAndOnlyModelAndCodec() {
        noClasses()
                .that()
                .resideInAPackage("io.polywire.router..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "java.net..", "java.nio.channels..", "io.polywire.net..")
                .check(all);
        classes()
                .that()
                .resideInAPackage("io.polywire.router..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.polywire.router..",
                        "io.polywire.model..",
                        "io.polywire.codec..",
                        "java..",
                        "org.jspecify..")
                .check(all);
    }

    @Test
    void theNetworkKnowsNothingOfPolywire() {
        noClasses()
                .that()
                .resideInAPackage("io.polywire.net..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(rooms("model", "codec", "router", "store", "wasm"))
                .check(all);
    }

    @Test
    void theModelKnowsNothingOfPolywire() {
        classes()
                .that()
                .resideInAPackage("io.polywire.model..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.polywire.model..", "java..", "org.jspecify..")
                .check(all);
    }

    @Test
    void clientsDoNotNeedTheRouter() {
        noClasses()
                .that()
                .resideInAnyPackage("io.polywire.*.client..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.polywire.router..", "io.polywire.*.door..")
                .allowEmptyShould(true)
                .check(all);
    }

    @Test
    void gateIsInLayers() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.polywire.gate.host..", "io.polywire.gate.storage..", "io.polywire.gate.program..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.polywire.gate.door..", "io.polywire.net..")
                .check(all);
        noClasses()
                .that()
                .resideInAnyPackage("io.polywire.gate.program..", "io.polywire.gate.service..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.polywire.gate.host..", "io.polywire.gate.storage..")
                .check(all);
        classes()
                .that()
                .resideInAPackage("io.polywire.gate.storage..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.polywire.gate.storage..",
                        "io.polywire.gate.message..",
                        "org.sqlite..",
                        "java..",
                        "org.jspecify..")
                .check(all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"picocli..", "ch.qos.logback..", "org.slf4j..", "tools.jackson.dataformat.yaml.."})
    void onlyTheServerKnowsCommandLineLogAndYaml(String library) {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.polywire.server..", "io.polywire.*.cli..") // commands that rooms bring along
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(all);
    }

    @Test
    void roomsFormNoCycle() {
        slices().matching("io.polywire.(*)..").should().beFreeOfCycles().check(all);
    }
}
