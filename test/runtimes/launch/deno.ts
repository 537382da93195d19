// Deno, without any permission: not to read a file, not to reach the network, and it must not ask.
import { consoleLauncher } from "./console.ts";
import { fromNpm } from "./find.ts";

const platform = `${process.platform}-${process.arch}${process.platform === "linux" ? "-glibc" : ""}`;

export const deno = consoleLauncher("Deno", () => fromNpm(`@deno/${platform}/deno`), {
  args: ["run", "--no-prompt", "--no-config", "--node-modules-dir=manual"],
  fetches: false,
});
