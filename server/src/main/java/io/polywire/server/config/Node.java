package io.polywire.server.config;

import java.util.List;

/** A value in a YAML file and where it begins; lines and columns count from 1. */
sealed interface Node {
    int line();

    int column();

    /** The value as a person who reads the error would write it. */
    String show();

    /** Text, a number, a boolean or null, as written. */
    record Scalar(int line, int column, String text, Kind kind) implements Node {
        enum Kind {
            TEXT,
            NUMBER,
            BOOLEAN,
            NULL
        }

        @Override
        public String show() {
            return kind == Kind.TEXT ? "'" + text + "'" : text;
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
