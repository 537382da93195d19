// Bun, by the package of its binary: the one named `bun` would have to run a script when it is installed.
import { consoleLauncher } from "./console.ts";
import { fromNpm } from "./find.ts";

const platform = `${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}`;

export const bun = consoleLauncher("Bun", () => fromNpm(`@oven/bun-${platform}/bin/bun`));
