// Bun, whose binary npm brings in a package of its own; where npm runs install scripts, that of `bun` has moved it.
import { consoleLauncher } from "./console.ts";
import { fromNpm } from "./find.ts";

const platform = `${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}`;

export const bun = consoleLauncher("Bun", () => fromNpm(`@oven/bun-${platform}/bin/bun`, "bun/bin/bun.exe"));
