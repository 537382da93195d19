// Starting the core: by bytes, by a compiled module, not at all; what a failure says, and how it is mended.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
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
      /^sedge: the core could not start: expected core.wasm as a module \(Error: blocked\)$/,
    );
    lib.init({ module: compiled });
    expect(lib.works()).toEqual([2, 2, 2]);
  });
});

describe("a core that does not start says what to do:", () => {
  const { Instance, validate } = WebAssembly;
  /** What the first op says in a runtime whose compiler refuses with a message. */
  function said(message: string, platform: object = { validate }): string {
    const { CompileError } = WebAssembly;
    class Module {
      constructor() {
        throw new CompileError(message);
      }
    }
    vi.stubGlobal("WebAssembly", { Module, Instance, ...platform });
    lib.boot(bytes);
    vi.unstubAllGlobals();
    try {
      lib.ones([3]);
    } catch (error) {
      return (error as Error).message;
    }
    return "nothing";
  }

  it.each([
    [
      "Chromium",
      "WebAssembly.Module(): Refused to compile or instantiate WebAssembly module because 'unsafe-eval' is not an allowed source of script in the following Content Security Policy directive: \"script-src 'self'\"",
    ],
    ["Firefox", "call to WebAssembly.Module() blocked by CSP"],
    ["WebKit", "Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not an allowed"],
  ])("a content security policy in %s", (_, message) => {
    expect(said(message)).toContain("a content security policy forbids WebAssembly: add 'wasm-unsafe-eval' to its");
  });

  it("an edge runtime that compiles nothing", () => {
    expect(said("WebAssembly.Module(): Wasm code generation disallowed by embedder")).toMatch(
      /compiles no WebAssembly from bytes: bundle with the condition workerd or edge-light, .* init\({ module }\)/,
    );
  });

  it.each([
    ["V8", "WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance"],
    ["JavaScriptCore", "Out of memory"],
  ])("too little memory in %s", (_, message) => {
    expect(said(message)).toContain("leaves too little memory for it");
  });

  it("no SIMD", () => {
    expect(said("invalid opcode 0xfd", { validate: () => false })).toContain("this runtime's WebAssembly has no SIMD");
  });

  it("no WebAssembly", () => {
    vi.stubGlobal("WebAssembly", undefined);
    lib.boot(bytes);
    vi.unstubAllGlobals();
    expect(() => lib.ones([3])).toThrow("sedge: the core could not start: this runtime has no WebAssembly");
  });

  it("something else, with the cause", () => {
    const message = "expected magic word 00 61 73 6d, found 3c 21 64 6f @+0";
    expect(said(message)).toBe(
      `sedge: the core could not start: expected core.wasm as a module (CompileError: ${message})`,
    );
  });

  it("no SIMD in a real engine without SSE4.1", () => {
    // x64 only: elsewhere the engine has no such switch, and SIMD
    const file = fileURLToPath(new URL("../src/wasm.ts", import.meta.url));
    const script = `import { boot, k } from ${JSON.stringify(file)}; import { readFileSync } from "node:fs";
      boot(readFileSync(${JSON.stringify(fileURLToPath(new URL("../build/core.wasm", import.meta.url)))}));
      try { k.alloc(1); console.log("runs"); } catch (error) { console.log(error.message); }`;
    const flags = ["--no-enable-sse4-1", "--no-enable-avx", "--import", "tsx", "--input-type=module", "-e", script];
    const said = execFileSync(process.execPath, flags, { encoding: "utf8" });
    if (process.arch === "x64") expect(said).toContain("this runtime's WebAssembly has no SIMD: it takes");
    else expect(said).toBe("runs\n");
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
