// Tables as text, for the terminal.

/** What a right-aligned cell looks like: a figure, or what stands for none. */
const FIGURE = /^[-+]?([\d.,]+(e[-+]?\d+)?)?( ?%)?$/;

/** Columns as wide as they must be, under the titles of the first row; figures are aligned right, words left. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]!.map((_, column) => rows.map((row) => row[column]!));
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => cell.length)));
  const right = columns.map(
    (cells) => cells.slice(1).every((cell) => FIGURE.test(cell)) && cells.slice(1).some(Boolean),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => (right[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
