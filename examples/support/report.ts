// What a classifier's run has to show for itself, as text: figures for each class, and pictures with predictions.
import { table } from "./table.ts";

const percent = (part: number, whole: number): string => (whole === 0 ? "-" : ((100 * part) / whole).toFixed(1));

/** A line for each class of a confusion matrix (a row for each true class, a column for each chosen): precision, recall, examples, and what it was most often mistaken for. */
export function classTable(counts: readonly (readonly number[])[], names: readonly string[]): string {
  const rows = counts.map((row, c) => {
    const right = row[c]!;
    const chosen = counts.reduce((sum, other) => sum + other[c]!, 0);
    const examples = row.reduce((a, b) => a + b, 0);
    const mistakes = row.map((n, other) => (other === c ? 0 : n));
    const most = Math.max(...mistakes);
    const confused = most === 0 ? "" : `${names[mistakes.indexOf(most)]} (${most})`;
    return [names[c]!, percent(right, chosen), percent(right, examples), String(examples), confused];
  });
  return table([["class", "precision %", "recall %", "examples", "mistaken for"], ...rows]);
}

/** Gray values from dark to bright. */
const SHADES = " .:-=+*#%@";

/**
 * A gray picture [height, width] of 0 to 1 as lines of text. A character is about twice as high as wide, so it stands
 * for the mean of two pixels.
 */
export function picture(pixels: ArrayLike<number>, height: number, width: number): string[] {
  return Array.from({ length: Math.floor(height / 2) }, (_, line) =>
    Array.from({ length: width }, (_, x) => {
      const gray = (pixels[2 * line * width + x]! + pixels[(2 * line + 1) * width + x]!) / 2;
      return SHADES[Math.min(Math.floor(gray * SHADES.length), SHADES.length - 1)];
    }).join(""),
  );
}

/** Pictures side by side under their titles. */
export function sideBySide(pictures: readonly { title: string; lines: readonly string[] }[]): string {
  const width = Math.max(...pictures.flatMap(({ title, lines }) => [title.length, lines[0]!.length])) + 2;
  const height = pictures[0]!.lines.length;
  const rows = [pictures.map(({ title }) => title)];
  for (let line = 0; line < height; line++) rows.push(pictures.map(({ lines }) => lines[line]!));
  return rows
    .map((row) =>
      row
        .map((text) => text.padEnd(width))
        .join("")
        .trimEnd(),
    )
    .join("\n");
}
