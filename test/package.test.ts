// The package as its users get it: what is in it, its types in programs of other settings, its bundles.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPackage } from "../scripts/build.ts";
import * as source from "../src/entry.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sedge-package-"));
const program = join(folder, "program.ts");

beforeAll(async () => {
  await buildPackage();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/sedge"), "junction");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(
    program,
    `import { batches, crossEntropy, Dataset, keep, nn, optim, tidy, type Tensor } from "sedge";
    import { add, tensor } from "sedge/functional";
    import * as data from "sedge/data"; import * as inspect from "sedge/inspect"; import * as layers from "sedge/nn";
    import * as metrics from "sedge/metrics"; import * as optimizers from "sedge/optim"; import core from "sedge/core.wasm";
    export type Loads = [typeof data, typeof inspect, typeof layers, typeof metrics, typeof optimizers, typeof core];
    export type Files = typeof import("sedge/node");
    class Net extends nn.Module {
      hidden = new nn.Linear(2, 4);
      override forward(x: Tensor): Tensor {
        return this.hidden.call(x).relu();
      }
    }
    const net = new Net();
    const optimizer = new optim.Adam(net.parameters());
    for (const [x, y] of batches(new Dataset([[0, 1]], Int32Array.of(1)), { batchSize: 1 })) {
      crossEntropy(net.call(x), y).backward();
      optimizer.step();
    }
    export const sum: number = tidy(() => keep(add(tensor([1]), 2)).item());`,
  );
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler says of the program above, with every declaration that it draws in. */
function complaints(settings: ts.CompilerOptions): string[] {
  const options = { strict: true, skipLibCheck: false, noEmit: true, target: ts.ScriptTarget.ES2022, types: [] };
  const checked = ts.createProgram([program], { ...options, ...settings });
  return ts.getPreEmitDiagnostics(checked).map((d) => ts.flattenDiagnosticMessageText(d.messageText, "\n"));
}

const { ModuleKind: Kind, ModuleResolutionKind: Resolution } = ts;

describe("the package", () => {
  it.each<[string, ts.CompilerOptions]>([
    ["plain JavaScript's library", { module: Kind.NodeNext, lib: ["lib.es2022.d.ts"] }],
    ["a browser's library and a bundler", { module: Kind.ESNext, moduleResolution: Resolution.Bundler }],
  ])(
    "has types that stand up without skipLibCheck beside %s",
    (_, settings) => {
      expect(complaints(settings)).toEqual([]);
    },
    180_000,
  );

  it("bundles for browsers, with nothing of Node", async () => {
    const bundled = await build({
      ...{ entryPoints: [program], bundle: true, write: false, platform: "browser", format: "esm", logLevel: "silent" },
    });
    expect(bundled.outputFiles[0]!.text).not.toMatch(/from"node:|from "node:|cli-progress|echarts/);
  });

  it("has entries that load, and share one library", () => {
    const script = `
      const names = ["sedge", "sedge/functional", "sedge/data", "sedge/inspect", "sedge/capture", "sedge/node", "sedge/plot"];
      const entries = await Promise.all(names.map((name) => import(name)));
      console.log(entries.every((e) => Object.keys(e).length > 0), entries[0].Tensor === entries[1].Tensor);`;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(out).toBe("true true\n");
  });

  it("replays a captured step with the same bits, whatever the kernels are called", () => {
    const script = `
      import { crossEntropy, nn, optim, randint, randn, seed, tidy } from "sedge";
      import { capture } from "sedge/capture";
      const train = (wrap) => {
        seed(3);
        const model = new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.BatchNorm2d(4), new nn.Flatten(),
          new nn.Dropout(0.2), new nn.Linear(144, 3));
        const optimizer = new optim.Adam(model.parameters());
        const step = wrap((x, y) => {
          optimizer.zeroGrad();
          const loss = crossEntropy(model.call(x), y);
          loss.backward();
          optimizer.step();
          return loss.item();
        });
        const losses = [];
        for (let i = 0; i < 12; i++) tidy(() => void losses.push(step(randn([4, 1, 8, 8]), randint(0, 3, [4]))));
        return [losses, step.replays, step.fallbacks];
      };
      const [eager, [losses, ...rest]] = [train((step) => step), train(capture)];
      console.log(String(eager[0]) === String(losses), JSON.stringify(rest));`;
    const run = { cwd: folder, encoding: "utf8" } as const;
    expect(execFileSync(process.execPath, ["--input-type=module", "-e", script], run)).toBe("true [9,{}]\n");
  });

  it("has the namespaces as entries, with the members that a program uses left by a bundler, and their names", async () => {
    const contents = `import * as S from "sedge/functional"; import * as nn from "sedge/nn"; import { Adam } from "sedge/optim";
      console.log(S.relu(S.tensor([1])).origin === "relu", new nn.Linear(1, 1), Adam.name);`;
    const stdin = { contents, resolveDir: folder };
    const bundled = await build({
      stdin,
      bundle: true,
      write: false,
      platform: "browser",
      format: "esm",
      minify: true,
    });
    const { text } = bundled.outputFiles[0]!;
    expect(text).not.toMatch(/"(Transformer|LSTM|Conv2d|LBFGS)"/);
    const path = join(folder, "small.js");
    writeFileSync(path, text);
    const out = execFileSync(process.execPath, [path], { encoding: "utf8" });
    expect(out).toBe("true Linear(inFeatures=1, outFeatures=1, bias=true) Adam\n");
    const same = `import * as S from "sedge"; import * as nn from "sedge/nn"; import * as optim from "sedge/optim";
      import * as metrics from "sedge/metrics"; const of = (n) => Object.keys(n).join();
      console.log(S.nn.GRU === nn.GRU, of(S.nn) === of(nn), of(S.optim) === of(optim), of(S.metrics) === of(metrics));`;
    expect(execFileSync(process.execPath, ["--input-type=module", "-e", same], { cwd: folder, encoding: "utf8" })).toBe(
      "true true true true\n",
    );
  });

  it("exports the names of the source and no others", () => {
    const names = "console.log(Object.keys(S).sort().join(), Object.getOwnPropertyNames(S.Tensor.prototype).length)";
    const script = `import * as S from "sedge"; ${names}`;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: folder,
      encoding: "utf8",
    });
    const methods = Object.getOwnPropertyNames(source.Tensor.prototype).length;
    expect(out).toBe(`${Object.keys(source).sort().join()} ${methods}\n`);
  });

  it("bundles tables for browsers, parser and all, with nothing of Node", async () => {
    const contents = 'import { parseCsv } from "sedge/data"; console.log(parseCsv("a,b\\n1,x").length);';
    const stdin = { contents, resolveDir: folder };
    const bundled = await build({ stdin, bundle: true, write: false, platform: "browser", format: "esm" });
    const { text } = bundled.outputFiles[0]!;
    expect(text).not.toMatch(/from ?"node:|require\("stream"\)|\bBuffer\b/);
    const path = join(folder, "bundled.js");
    writeFileSync(path, text);
    expect(execFileSync(process.execPath, [path], { encoding: "utf8" })).toBe("1\n");
  });

  it.each([
    ["another core.wasm", Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)],
    ["half of its own", readFileSync(join(root, "build/core.wasm")).subarray(0, 5000)],
    ["none", null],
  ])("starts in Node from its JavaScript where a bundle has beside it %s", async (name, core) => {
    const contents = 'import { ones } from "sedge"; console.log(ones([3]).sum().item());';
    const stdin = { contents, resolveDir: folder };
    const outfile = join(folder, `beside ${name}`, "bundle.mjs");
    await build({ stdin, bundle: true, outfile, platform: "node", format: "esm" });
    if (core !== null) writeFileSync(join(outfile, "../core.wasm"), core);
    expect(execFileSync(process.execPath, [outfile], { encoding: "utf8" })).toBe("3\n");
  });

  it("says so if a tensor comes from another copy of it", () => {
    const single = pathToFileURL(join(root, "dist/sedge.js"));
    const script = `import { add, cat, ones, nn } from "sedge"; import * as other from ${JSON.stringify(single)};
      const x = other.ones([2, 2]);
      for (const op of [() => add(ones([2]), x), () => new nn.Linear(2, 2).call(x), () => cat([ones([2, 2]), x])])
        try { op(); } catch (error) { console.log(error.message); }`;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: folder,
      encoding: "utf8",
    });
    const twin = "got a Tensor of another copy of sedge in this program\n";
    expect(out).toBe(
      `add: expected b to be a tensor or a number, ${twin}linear: expected x to be a tensor, ${twin}` +
        `cat: expected tensors[1] to be a tensor, ${twin}`,
    );
  });

  it("has one Dataset and one Table in all its entries", () => {
    const script = `import { Dataset } from "sedge"; import { idxDataset, Table } from "sedge/data";
      import { readCsv } from "sedge/node";
      const [images, labels] = [[1, 1, 1], [1]].map((shape) => ({ shape, data: new Uint8Array(1) }));
      console.log(idxDataset(images, labels) instanceof Dataset, readCsv("a.csv") instanceof Table);`;
    writeFileSync(join(folder, "a.csv"), "a\n1\n");
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(out).toBe("true true\n");
  });

  it("calls its classes by their own names", () => {
    const names = "console.log([S.Tensor, S.Dataset, D.Table, D.TableEncoder].map((c) => c.name).join())";
    const script = `import * as S from "sedge"; import * as D from "sedge/data"; ${names}`;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(out).toBe("Tensor,Dataset,Table,TableEncoder\n");
    const members = `import { nn, optim, metrics } from "sedge";
      const all = [nn, optim, metrics].flatMap(Object.entries).filter(([, c]) => typeof c === "function" && /^class/.test(c));
      console.log(all.length, all.filter(([name, c]) => c.name !== name).length);`;
    const counts = execFileSync(process.execPath, ["--input-type=module", "-e", members], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(counts).toMatch(/^1\d\d 0\n$/);
  });

  it("ships no tests, vectors or kernel sources", () => {
    const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(files).toEqual(["dist", "CHANGELOG.md"]);
    const kinds = new Set(
      readdirSync(join(root, "dist"), { recursive: true, withFileTypes: true })
        .filter((f) => f.isFile())
        .map((f) => f.name.replace(/^.*?\./, "")),
    );
    expect([...kinds].sort()).toEqual(["d.ts", "js", "js.map", "wasm"]);
  });
});
