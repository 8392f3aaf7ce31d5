package io.polywire.wamp.cli;

import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows under headings, columns as wide as their widest cell. */
final class Tables {
    private Tables() {}

    static void print(PrintWriter out, List<String> headings, List<? extends List<? extends @Nullable Object>> rows) {
        int[] width = new int[headings.size()];
        for (int i = 0; i < width.length; i++) {
            width[i] = headings.get(i).length();
            for (List<? extends @Nullable Object> row : rows) {
                width[i] = Math.max(width[i], cell(row.get(i)).length());
            }
        }
        line(out, headings, width);
        rows.forEach(row -> line(out, row, width));
        out.flush();
    }

    private static void line(PrintWriter out, List<? extends @Nullable Object> cells, int[] width) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < width.length; i++) {
            String cell = cell(cells.get(i));
            String padding = " ".repeat(width[i] - cell.length());
            line.append(cells.get(i) instanceof Number ? padding + cell : cell + padding)
                    .append("  ");
        }
        out.println(line.toString().stripTrailing());
    }

    private static String cell(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
