package io.polywire.server.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes what a file may hold as Markdown: one table for each part. */
public final class Reference {
    private final StringBuilder text = new StringBuilder();

    private record Pending(String path, String meaning, Schema schema) {}

    private Reference() {}

    /** @param title heading of the table of the whole file */
    public static String markdown(Schema schema, String title) {
        Reference reference = new Reference();
        reference.part(new Pending("", title, schema));
        return reference.text.toString();
    }

    private void part(Pending part) {
        text.append("## ")
                .append(part.path.isEmpty() ? part.meaning : "`" + part.path + "`")
                .append("\n\n");
        if (!part.path.isEmpty()) {
            String meaning = part.meaning;
            text.append(meaning.substring(0, 1).toUpperCase(Locale.ROOT))
                    .append(meaning.substring(1))
                    .append(".\n\n");
        }
        text.append("| key | value | default | meaning |\n|---|---|---|---|\n");
        List<Pending> below = new ArrayList<>();
        for (Schema.Key key : part.schema.keys()) {
            String path = part.path.isEmpty() ? key.name() : part.path + "." + key.name();
            switch (key.type()) {
                case Schema.Type.Part one -> below.add(new Pending(path, key.meaning(), one.schema()));
                case Schema.Type.Parts one -> below.add(new Pending(path + "[]", key.meaning(), one.schema()));
                default -> {}
            }
            row(key);
        }
        text.append('\n');
        below.forEach(this::part);
    }

    private void row(Schema.Key key) {
        String otherwise = key.required() ? "mandatory" : key.otherwise() == null ? "" : "`" + key.otherwise() + "`";
        text.append("| `")
                .append(key.name())
                .append("` | ")
                .append(value(key.type()).replace("|", "\\|"))
                .append(" | ")
                .append(otherwise.equals("`empty`") ? "empty" : otherwise)
                .append(" | ")
                .append(key.meaning().replace("|", "\\|"))
                .append(" |\n");
    }

    private static String value(Schema.Type type) {
        return switch (type) {
            case Schema.Type.Text text -> text.expected();
            case Schema.Type.Secret secret -> "secret";
            case Schema.Type.Flag flag -> "`true`, `false`";
            case Schema.Type.Whole number ->
                number.max() == Integer.MAX_VALUE
                        ? "number from " + number.min()
                        : number.min() + " to " + number.max();
            case Schema.Type.Size size ->
                "size, " + Section.showSize(size.min()) + " to " + Section.showSize(size.max());
            case Schema.Type.Time time -> "time " + time.expected();
            case Schema.Type.Choice choice -> "`" + String.join("`, `", choice.words()) + "`";
            case Schema.Type.Several several -> "list of: " + value(several.item());
            case Schema.Type.Part part -> "keys, see below";
            case Schema.Type.Parts parts -> "list, see below";
        };
    }
}
