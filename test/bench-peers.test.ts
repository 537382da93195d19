// The harness of `npm run bench:peers`, by processes that stand for peers: what is asked in which order, what becomes of a
// peer that cannot or is not there, and the tables. The peers themselves need not be installed.
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { check, distance } from "../bench/peers/check.ts";
import { type Asked, type Comparison, compare, geometricMean } from "../bench/peers/compare.ts";
import { type Launch, Peer, PeerError } from "../bench/peers/peer.ts";
import { meanLine, meanOfSteps, page, reasons, row } from "../bench/peers/table.ts";
import { STEPS, type Work, works } from "../bench/peers/works.ts";

const WORK: Work = { name: "train mlp", op: "train mlp" };
const serve = new URL("../bench/peers/serve.mjs", import.meta.url).href;

const running: Peer[] = [];
afterEach(() => {
  for (const peer of running.splice(0)) peer.close();
});

const launch = (code: string): Launch => ({
  name: "fake",
  command: process.execPath,
  args: ["--input-type=module", "--eval", code],
  install: "to install it: ask",
});

async function start(code: string): Promise<Peer> {
  const peer = await Peer.start(launch(code));
  running.push(peer);
  return peer;
}

/** A peer by serve.mjs whose `prepare` has this body. */
const served = (body: string): Promise<Peer> =>
  start(`import { serve } from ${JSON.stringify(serve)};
    await serve("fake 1.0", (work) => { ${body} });`);

/** Keeps the processor busy for so many ms of its time. */
const SPIN = `(ms) => { const start = process.cpuUsage(); while (process.cpuUsage(start).user < ms * 1000); }`;

describe("a peer's process", () => {
  test("tells its version, prepares a work and times its steps", async () => {
    const peer = await served(`const spin = ${SPIN}; return { step: () => spin(2), parameters: work.shape[0] };`);
    expect(peer.version).toBe("fake 1.0");
    expect(await peer.ask("prepare", { ...WORK, shape: [65] })).toEqual({ parameters: 65, merged: 0 });
    const { median, samples } = await peer.ask("run", 20);
    expect(median).toBeGreaterThanOrEqual(2);
    expect(samples).toBeGreaterThanOrEqual(1);
  });

  test("waits for steps that give promises", async () => {
    const peer = await served(`const spin = ${SPIN}; return { step: async () => { await null; spin(2); } };`);
    await peer.ask("prepare", WORK);
    expect((await peer.ask("run", 20)).median).toBeGreaterThanOrEqual(2);
  });

  test("may print: only lines of answers are answers", async () => {
    const peer = await served('console.log("welcome"); return { step() { console.warn("slow"); } };');
    expect(await peer.ask("prepare", WORK)).toEqual({ parameters: null, merged: 0 });
  });

  test("that cannot says why in its own words, and stays", async () => {
    const peer = await served(`if (work.backward) throw new Error("no kernel X"); return { step() {} };`);
    await expect(peer.ask("prepare", { ...WORK, backward: true })).rejects.toThrow(new PeerError("no kernel X"));
    await peer.ask("prepare", WORK);
  });

  test("that fails in a step says so too", async () => {
    const peer = await served('return { step() { throw new Error("out of memory"); } };');
    await expect(peer.ask("prepare", WORK)).rejects.toThrow("out of memory");
  });

  test("that dies is told by its last error", async () => {
    const peer = await start(`console.log('{"version":"1"}'); setTimeout(() => { throw new Error("it broke"); }, 50);`);
    await expect(peer.ask("prepare", WORK)).rejects.toThrow("Error: it broke");
  });

  test("without its library says what to install", async () => {
    await expect(start('import "no-such-library";')).rejects.toThrow(/Cannot find package.*; to install it: ask$/);
    const nowhere = { ...launch(""), command: "/no/such/python3" };
    await expect(Peer.start(nowhere)).rejects.toThrow(/ENOENT; to install it: ask$/);
  });
});

/** What is asked of `names`, in order, and answers by `times` of each turn. */
function scripted(log: string[], name: string, times: number[], failing: "prepare" | "run" | null = null): Asked {
  const ask = async (request: string): Promise<unknown> => {
    log.push(`${name} ${request}`);
    if (request === failing) throw new PeerError(`${name} cannot ${request}`);
    return request === "prepare" ? { parameters: 65 } : { median: times.shift()!, samples: 1 };
  };
  return { name, ask: ask as Asked["ask"] };
}

describe("comparing", () => {
  test("takes turns, and compares a peer with our turns before and after it", async () => {
    const log: string[] = [];
    const ours = scripted(log, "ours", [1, 3, 2, 2, 4, 4]);
    const [a, b] = [scripted(log, "a", [4, 6]), scripted(log, "b", [5, 20])];
    const result = await compare(WORK, ours, [a, b], {}, { rounds: 2, turn: 1 });
    const round = ["ours run", "a run", "ours run", "b run", "ours run"];
    expect(log).toEqual(["ours prepare", "a prepare", "b prepare", ...round, ...round]);
    expect(result.ours).toEqual({ median: 2.5, min: 1, max: 4, parameters: 65 });
    // a: 4 / ((1 + 3) / 2) and 6 / ((2 + 4) / 2); b: 5 / ((3 + 2) / 2) and 20 / 4
    expect(result.peers.a).toEqual({ median: 5, ratio: 2, minRatio: 2, maxRatio: 2, parameters: 65 });
    expect(result.peers.b).toEqual({ median: 12.5, ratio: 3.5, minRatio: 2, maxRatio: 5, parameters: 65 });
  });

  test("gives null and the reason for who is absent, cannot prepare, or stops", async () => {
    const ours = scripted([], "ours", [1, 1, 1, 1, 1, 1, 1, 1]);
    const peers = [scripted([], "a", [], "prepare"), scripted([], "b", [], "run"), scripted([], "c", [2, 2])];
    const result = await compare(WORK, ours, peers, { d: "not installed" }, { rounds: 2, turn: 1 });
    const unable = (reason: string) => ({ median: null, ratio: null, reason });
    expect(result.peers.a).toEqual(unable("a cannot prepare"));
    expect(result.peers.b).toEqual(unable("b cannot run"));
    expect(result.peers.c).toMatchObject({ ratio: 2 });
    expect(result.peers.d).toEqual(unable("not installed"));
  });

  test("does not hide that we fail", async () => {
    await expect(compare(WORK, scripted([], "ours", [], "prepare"), [])).rejects.toThrow("ours cannot prepare");
  });

  test("has a geometric mean", () => {
    expect(geometricMean([1, 4, 16])).toBeCloseTo(4);
  });
});

describe("checking", () => {
  const peer = (name: string, parameters: number, losses: number[], merged = 0): Asked => ({
    name,
    ask: (async (request: string) => (request === "prepare" ? { parameters, merged } : { losses })) as Asked["ask"],
  });

  test("holds where parameters and losses agree", async () => {
    const ours = peer("ours", 65, [2000, 0.5]);
    const { wrong, lines } = await check(
      WORK,
      ours,
      [peer("a", 65, [2001, 0.5005]), peer("b", 60, [], 5)],
      new Set(["a"]),
    );
    expect(wrong).toEqual([]);
    expect(lines).toHaveLength(3);
  });

  test("finds other models and other losses", async () => {
    const { wrong } = await check(WORK, peer("ours", 65, [0.5]), [peer("a", 64, [0.502])], new Set(["a"]));
    expect(wrong).toHaveLength(2);
    expect(distance([1, 2], [1, Number.NaN])).toBe(Number.POSITIVE_INFINITY);
    expect(distance([1, 2], [1])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("the table", () => {
  const result = (work: string, ratio: number | null): Comparison => ({
    work,
    ours: { median: 0.0105, min: 0.01, max: 0.02, parameters: null },
    peers: {
      pytorch:
        ratio === null
          ? { median: null, ratio, reason: "no <such> kernel" }
          : { median: 1, ratio, minRatio: 1, maxRatio: 3, parameters: null },
      "jax-js-wasm": { median: null, ratio: null, reason: "not installed" },
    },
  });

  test("shows median, least and largest, and a dash for what is missing", () => {
    expect(row(result("exp", 2.5)).replaceAll(/ +/g, " ")).toBe("exp 10.5 us 2.50x (1.00 to 3.00) – – –");
  });

  test("tells the mean of the training steps only if all seven are there", () => {
    const all = STEPS.map((step, i) => result(step, i === 0 ? 128 : 1));
    expect(meanOfSteps(all)).toBeCloseTo(2);
    expect(meanLine(all)).toBe("geometric mean of the 7 training steps, PyTorch / ours: 2.00");
    expect(meanOfSteps(all.slice(1))).toBeNull();
    expect(meanOfSteps([...all.slice(1), result("train mlp", null)])).toBeNull();
  });

  test("tells each reason once, with its works unless it holds for all", () => {
    expect(reasons([result("exp", null), result("tanh", 2), result("adam", null)])).toEqual([
      "pytorch (exp, adam): no <such> kernel",
      "jax-js-wasm: not installed",
    ]);
  });

  test("makes a page that markdown cannot misread", () => {
    const text = page({ machine: "M", results: [result("exp", null), result("tanh", 2)] }, "2026-01-01");
    expect(text).toContain("| tanh | 10.5 us | 2.00 | – | – | – |");
    expect(text).toContain("- pytorch (exp): no such kernel");
  });
});

test("works have names of their own, and the page has a place for their table", async () => {
  expect(new Set(works.map(({ name }) => name)).size).toBe(works.length);
  const { readFileSync } = await import("node:fs");
  const docs = readFileSync(fileURLToPath(new URL("../docs/performance.md", import.meta.url)), "utf8");
  expect(docs).toMatch(/<!-- peers -->[\s\S]*<!-- \/peers -->/);
});
