package io.polywire.server;

import picocli.CommandLine.IVersionProvider;

/** What this is and what it runs on. */
final class Version implements IVersionProvider {
    /** The version of Polywire, from the jar's manifest. */
    static String polywire() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "Polywire " + polywire(),
            "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + "), "
                    + System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }
}
