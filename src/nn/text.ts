// A module as text. Knows modules only by what they list.
import { describe } from "../shape.ts";

/** What a module shows of itself. */
interface Listed {
  listing(): [string, Listed | string][];
  extraRepr(): string;
}

/** The structure, a line for each part; those in `around` are not followed. */
export function textOf(module: Listed, around: readonly Listed[] = []): string {
  const path = [...around, module];
  const lines = module
    .listing()
    .filter(([, part]) => typeof part === "string" || !path.includes(part))
    .map(([name, part]) => `(${name}): ${typeof part === "string" ? part : textOf(part, path)}`);
  const extra = module.extraRepr();
  const kind = module.constructor.name;
  if (lines.length === 0) return `${kind}(${extra})`;
  if (extra !== "") lines.unshift(extra);
  return `${kind}(\n${lines.join("\n").replace(/^/gm, "  ")}\n)`;
}

/**
 * Options as texts, `eps=0.00001` and so on; those with the value that they have in `usual`, or with a list of nothing
 * else, are left out.
 */
export const settings = (options: object, usual: Record<string, unknown> = {}): string[] =>
  Object.entries(options)
    .filter(([name, value]) => [value].flat().some((v) => v !== usual[name]))
    .map(([name, value]) => `${name}=${say(value)}`);

function say(value: unknown): string {
  if (typeof value === "function") return value.name;
  return typeof value === "string" ? value : describe(value);
}
