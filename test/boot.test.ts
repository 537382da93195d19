// Starting the core: by bytes, by a compiled module, not at all; what a failure says, and how it is mended.
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";

const bytes = readFileSync(new URL("../build/core.wasm", import.meta.url));
const compiled = new WebAssembly.Module(bytes);
/** A module that is valid and empty: the magic number and the version. */
const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

/** The library anew, without a core. */
async function unbooted() {
  vi.resetModules();
  const { boot } = await import("../src/wasm.ts");
  const { add, init, memory, ones } = await import("../src/index.ts");
  return { boot, init, memory, ones, works: () => add(ones([3]), 1).toArray() };
}

let lib: Awaited<ReturnType<typeof unbooted>>;
beforeEach(async () => {
  lib = await unbooted();
});

describe("init({ module })", () => {
  it.each([
    ["bytes", bytes],
    ["a compiled module", compiled],
  ])("starts the core from %s", (_, module) => {
    lib.init({ module });
    expect(lib.works()).toEqual([2, 2, 2]);
  });

  it("replaces a core that runs already", () => {
    lib.boot(bytes);
    lib.init({ module: compiled });
    expect(lib.works()).toEqual([2, 2, 2]);
  });

  it.each([
    ["bytes that are no module", Uint8Array.of(1, 2, 3, 4), /\(CompileError: .*\)$/],
    ["another module", empty, /\(TypeError: .*\)$/],
    ["no module at all", Promise.resolve(compiled) as never, /\(TypeError: .*\)$/],
  ])("refuses %s at once and at every op, until another init mends it", (_, module, cause) => {
    lib.boot(bytes);
    const message = "init: expected module to be the core of this version, as in sedge/core.wasm (";
    expect(() => lib.init({ module })).toThrow(message);
    expect(() => lib.ones([3])).toThrow(message);
    expect(() => lib.ones([3])).toThrow(cause);
    expect(lib.memory().tensors).toBe(0);
    lib.init({ module: compiled });
    expect(lib.works()).toEqual([2, 2, 2]);
  });
});

describe("without a core", () => {
  it("the first op says that none was booted", () => {
    expect(() => lib.ones([3])).toThrow('sedge: no core is booted; import "sedge" rather than an inner file');
  });

  it("the first op says why the boot failed, and init mends it", () => {
    lib.boot(() => {
      throw new Error("blocked");
    });
    expect(() => lib.ones([3])).toThrow(
      /^sedge: the core could not start: .* wants init\({ module }\) \(Error: blocked\)$/,
    );
    lib.init({ module: compiled });
    expect(lib.works()).toEqual([2, 2, 2]);
  });
});

describe("init refuses", () => {
  it("to come after the first tensor", () => {
    lib.boot(bytes);
    lib.ones([1]).dispose();
    expect(() => lib.init({})).toThrow("init: expected a call before the first tensor is made, got one after it");
  });

  it.each([
    [{ threads: 2 }, 'init: unknown option "threads"; expected one of module, maxMemory'],
    [{ maxMemory: 0 }, "init: expected maxMemory to be a positive number of bytes, got 0"],
    [{ maxMemory: Number.NaN }, "init: expected maxMemory to be a positive number of bytes, got NaN"],
    [null, "init: expected options to be an object, got null"],
  ])("%o", (options, message) => {
    lib.boot(bytes);
    expect(() => lib.init(options as never)).toThrow(message);
  });
});
