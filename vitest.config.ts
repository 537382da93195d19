// Settings of the tests: the package's own names mean the source, as in tsconfig.json.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (name: string): string => fileURLToPath(new URL(`./src/${name}.ts`, import.meta.url));

export default defineConfig({
  // A busy machine is no reason to fail: tests that hang are ended all the same.
  test: { testTimeout: 60_000, hookTimeout: 180_000 },
  resolve: {
    alias: [
      { find: /^sedge\/(\w+)$/, replacement: source("$1") },
      { find: /^sedge$/, replacement: source("entry") },
    ],
  },
});
