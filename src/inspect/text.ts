// Tables and curves as plain text, for terminals.

/** Rows of cells as columns: the first two to the left, the rest, which are figures, to the right. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join("\n");
}

/** Text in lines of at most 80 columns where its words allow, the next ones indented. */
export function wrapped(text: string): string {
  const lines = [""];
  for (const word of text.split(/(?<=\S) /)) {
    const line = lines.at(-1)!;
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= COLUMNS || line === "") lines[lines.length - 1] = longer;
    else lines.push(`  ${word}`);
  }
  return lines.join("\n");
}

/** Columns of a terminal, and what the labels of the vertical axis take of them. */
const COLUMNS = 80;
const LABEL = 10;
const LINES = 15;

/** A curve as stars, not wider than 80 columns, with the labels of its first and last value below. */
export function textPlot(title: string, labels: readonly string[], values: readonly number[]): string {
  if (values.length < 2) return `${title}: fewer than two values`;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const width = Math.min(COLUMNS - LABEL - 2, values.length);
  const lines = Array.from({ length: LINES }, () => new Array<string>(width).fill(" "));
  values.forEach((v, i) => {
    const column = Math.round((i * (width - 1)) / (values.length - 1));
    const line = high === low ? 0 : Math.round(((high - v) / (high - low)) * (LINES - 1));
    lines[line]![column] = "*";
  });
  const names = new Map([high, (high + low) / 2, low].map((v, i) => [(i * (LINES - 1)) / 2, v.toPrecision(4)]));
  const rows = lines.map((line, i) => `${(names.get(i) ?? "").padStart(LABEL)} |${line.join("")}`.trimEnd());
  const [first = "", last = ""] = [labels[0], labels.at(-1)];
  const gap = " ".repeat(Math.max(1, width - first.length - last.length));
  const axis = `${" ".repeat(LABEL)} +${"-".repeat(width)}`;
  return [title, ...rows, axis, `${" ".repeat(LABEL + 2)}${first}${gap}${last}`].join("\n");
}
