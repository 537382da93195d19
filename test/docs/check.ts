// What an example's `// => text` means: the value's JSON, or its text, is `text`. Imported by the examples' programs.

/** Throws, naming the example's line, unless `value` is shown as `text`. */
export function check(value: unknown, text: string, where: string): void {
  const shown = JSON.stringify(value);
  if (shown === text || String(value) === text || (shown !== undefined && shown === compact(text))) return;
  throw new Error(`${where}: expected ${text}, got ${shown ?? String(value)}`);
}

/** JSON text without optional spaces; any other text as it is. */
function compact(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
