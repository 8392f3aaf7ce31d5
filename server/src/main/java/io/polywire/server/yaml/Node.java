package io.polywire.server.yaml;

import java.util.List;

/** A value in a YAML file and where it begins; lines and columns count from 1. */
sealed interface Node {
    int line();

    int column();

    /** The value as a person who reads the error would write it. */
    String show();

    /**
     * Text, a number, a boolean or null.
     *
     * @param text with variables replaced
     * @param written as in the file
     */
    record Scalar(int line, int column, String text, String written, Kind kind) implements Node {
        enum Kind {
            TEXT,
            NUMBER,
            BOOLEAN,
            NULL
        }

        /** Whether it came from the environment. */
        boolean expanded() {
            return !text.equals(written);
        }

        /** With the variables' names, not their values: they may be secrets. */
        @Override
        public String show() {
            return kind == Kind.TEXT ? "'" + written + "'" : written;
        }
    }

    /** A list. */
    record Sequence(int line, int column, List<Node> items) implements Node {
        @Override
        public String show() {
            return "a list";
        }
    }

    /** Keys and values, in the order of the file. */
    record Mapping(int line, int column, List<Entry> entries) implements Node {
        @Override
        public String show() {
            return "keys with values";
        }
    }

    /** One key of a mapping; the place is that of the key. */
    record Entry(int line, int column, String key, Node value) {}
}
