// The suite that every runtime runs (test/runtimes/jobs/suite) finds nothing wrong with the source, and finds what is broken:
// a check that cannot fail would say nothing of a runtime.
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import * as data from "../src/data.ts";
import * as sedge from "../src/entry.ts";
import * as functional from "../src/functional.ts";
import type { SuiteResult } from "./runtimes/report.ts";

const core = readFileSync(new URL("../build/core.wasm", import.meta.url));

type Library = typeof sedge;

/** Runs groups of the suite on a library that may be broken. */
async function run(library: object, groups?: readonly string[]): Promise<SuiteResult> {
  const path = "./runtimes/jobs/suite/suite.js";
  const { suite } = await import(/* @vite-ignore */ path);
  vi.resetModules();
  const single: Library = await import("../src/entry.ts");
  return await suite(library, { runtime: "vitest", core, data, functional, single }, groups);
}

describe("the shared suite", () => {
  it("passes on the source", async () => {
    const { failed, passed, simd, threads } = await run(sedge);
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThanOrEqual(70);
    expect([simd, threads]).toEqual([true, true]);
  });

  const { crossEntropy, conv2d, decodeSafetensors, fit, memory, optim, relu, zeros } = sedge;
  it.each<[string, string, string, Partial<Record<keyof Library, unknown>>]>([
    [
      "a convolution that is off by a part in 1000",
      "kernels",
      "conv2d against its definition",
      {
        conv2d: (...args: Parameters<typeof conv2d>) => conv2d(...args).mul(1.001),
      },
    ],
    ["a seed that does nothing", "tensors", "the same seed draws the same bits", { seed: () => {} }],
    [
      "a convolution without a gradient",
      "gradients",
      "of a convolution",
      {
        conv2d: (...args: Parameters<typeof conv2d>) => conv2d(...args).detach(),
      },
    ],
    [
      "a loss that no weight hears of",
      "training",
      "a CNN learns, and tells the classes apart",
      {
        crossEntropy: (...args: Parameters<typeof crossEntropy>) => crossEntropy(...args).mul(0),
      },
    ],
    [
      "a fit that forgets its callbacks",
      "training",
      "fit() finds a line, and tells callbacks of it",
      {
        fit: (...[model, data, options]: Parameters<typeof fit>) => fit(model, data, { ...options, callbacks: [] }),
      },
    ],
    [
      "a tidy that releases nothing",
      "memory",
      "is flat over many steps of training",
      { tidy: (fn: () => unknown) => fn() },
    ],
    [
      "a release that nobody notices",
      "memory",
      "a released tensor says so, with the cure",
      {
        ones: (shape: number[]) => ({ ...zeros(shape), add() {}, dispose() {}, toArray() {} }),
      },
    ],
    [
      "a file that comes back changed",
      "files",
      "values of every kind survive",
      {
        decodeSafetensors: (bytes: Uint8Array) =>
          Object.fromEntries(Object.entries(decodeSafetensors(bytes)).map(([name, x]) => [name, x.mul(1)])),
      },
    ],
    ["an op that takes anything", "errors", "arguments of another kind", { relu: () => relu(zeros([1])) }],
    ["an init that comes late", "errors", "init after the first tensor", { init: () => {} }],
    [
      "entries of another library",
      "entries",
      "sedge/functional is the same library without methods",
      { Tensor: class {} },
    ],
    [
      "a memory that counts nothing",
      "memory",
      "is counted in bytes, views with what they view",
      {
        memory: () => ({ ...memory(), bytes: 0 }),
      },
    ],
    [
      "an optimizer that stands still",
      "training",
      "optimizers go downhill",
      {
        optim: {
          ...optim,
          Adam: class extends optim.Adam {
            override step(): undefined {}
          },
        },
      },
    ],
  ])("sees %s", async (_, group, name, change) => {
    const { failed } = await run({ ...sedge, ...change }, [group]);
    expect(failed.map((check) => check.name)).toContain(`${group}: ${name}`);
  });
});
