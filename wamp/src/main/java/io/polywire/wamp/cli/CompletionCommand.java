package io.polywire.wamp.cli;

import picocli.AutoComplete;
import picocli.CommandLine;

/** {@code completion}: the script with which Bash and Zsh complete commands and options. */
public final class CompletionCommand {
    private CompletionCommand() {}

    /**
     * The script.
     *
     * @param all the whole command line; what this room has is added to it
     */
    public static String script(CommandLine all) {
        ClientCommands.commandLine().getSubcommands().forEach(all::addSubcommand);
        return AutoComplete.bash("polywire", all);
    }
}
