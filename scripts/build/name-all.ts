// Finds all files behind an entry of the package, and names them in that entry. What the entries are is scripts/build.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** The files of the package that a file imports, and those that these import, by their paths from its folder. */
export function imported(file: string, found = new Set<string>(), from = dirname(file)): Set<string> {
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/\b(?:import|from)\s*"(\.[^"]+)"/g)) {
    const target = join(dirname(file), path);
    const name = `./${relative(from, target).replaceAll("\\", "/")}`;
    if (!found.has(name)) imported(target, found.add(name), from);
  }
  return found;
}

/** Names in an entry what the files import that it imports: a browser then asks for all files at once, not in turn. */
export function nameAll(entry: string): void {
  const text = readFileSync(entry, "utf8");
  const others = [...imported(entry)].filter((path) => !text.includes(`"${path}"`));
  writeFileSync(entry, others.map((path) => `export {} from "${path}";\n`).join("") + text);
}
