// Saving and loading on disk: whole or not at all, and a model that a bad file leaves as it was.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { nn, ones, tensor } from "../src/entry.ts";
import { load, loadMetadata, save } from "../src/node.ts";

const root = mkdtempSync(join(tmpdir(), "sedge-files-"));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
let folder = "";
beforeEach(() => {
  folder = join(root, String(count++));
  mkdirSync(folder);
});
const at = (name: string): string => join(folder, name);

describe("save and load", () => {
  it("keep a model's predictions to the bit", () => {
    const model = new nn.Sequential(new nn.Linear(3, 5), new nn.Tanh(), new nn.Linear(5, 2));
    const other = new nn.Sequential(new nn.Linear(3, 5), new nn.Tanh(), new nn.Linear(5, 2));
    save(at("m.safetensors"), model);
    other.loadStateDict(load(at("m.safetensors")));
    expect(other.call(ones([1, 3])).data).toEqual(model.call(ones([1, 3])).data);
    expect(readdirSync(folder)).toEqual(["m.safetensors"]);
  });

  it("keep tensors by name, one of them called stateDict, and metadata", () => {
    save(at("t"), { stateDict: tensor([1, 2]), flag: tensor([true]) }, { metadata: { step: "7" } });
    const found = load(at("t"));
    expect(Object.keys(found)).toEqual(["stateDict", "flag"]);
    expect(found.stateDict!.toArray()).toEqual([1, 2]);
    expect(loadMetadata(at("t")).step).toBe("7");
  });

  it("replace an older file", () => {
    save(at("t"), { a: tensor([1]) });
    save(at("t"), { b: tensor([2]) });
    expect(Object.keys(load(at("t")))).toEqual(["b"]);
  });
});

describe("save", () => {
  it("leaves no temporary file and the older one as it was when the disk refuses", () => {
    // A folder in the file's place: everything succeeds up to the renaming.
    mkdirSync(join(folder, "t", "inner"), { recursive: true });
    expect(() => save(at("t"), { a: tensor([1]) })).toThrow(/^save: cannot write .*t: (EISDIR|ENOTEMPTY|EEXIST)/);
    expect(readdirSync(folder)).toEqual(["t"]);
    expect(existsSync(join(folder, "t", "inner"))).toBe(true);
  });

  it("leaves the older file as it was when a tensor cannot be written", () => {
    save(at("t"), { a: tensor([1]) });
    const bytes = readFileSync(at("t"));
    const gone = tensor([2]);
    gone.dispose();
    expect(() => save(at("t"), { gone })).toThrow(/used after its release/);
    expect(readFileSync(at("t"))).toEqual(bytes);
    expect(readdirSync(folder)).toEqual(["t"]);
  });

  it("names a folder that is not there, with the system's error as the cause", () => {
    const write = () => save(at("no/t"), { a: tensor([1]) });
    expect(write).toThrow(/^save: cannot write .*no\/t: ENOENT/);
    expect(write).toThrow(expect.objectContaining({ cause: expect.objectContaining({ code: "ENOENT" }) }));
  });

  it("refuses what cannot be saved, paths that are none, and unknown options", () => {
    // @ts-expect-error no model
    expect(() => save(at("t"), 3)).toThrow(new TypeError("save: expected a model or tensors by name, got 3"));
    // @ts-expect-error no tensor
    expect(() => save(at("t"), { a: 3 })).toThrow(/expected "a" to be a tensor, got 3/);
    expect(() => save("", {})).toThrow(new TypeError('save: expected path to be text, got ""'));
    // @ts-expect-error unknown
    expect(() => save(at("t"), {}, { meta: {} })).toThrow(/^save: unknown option "meta"/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("load", () => {
  const build = () => new nn.Sequential(new nn.Linear(3, 2), new nn.Linear(2, 1));

  it("refuses every truncation of a file, and the model stays as it was", () => {
    const model = build();
    save(at("m"), build());
    const whole = readFileSync(at("m"));
    const before = Object.values(model.stateDict()).map((t) => t.data.slice());
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(at("cut"), whole.subarray(0, length));
      expect(() => model.loadStateDict(load(at("cut")))).toThrow(/^decodeSafetensors: .*cut: expected /);
    }
    expect(Object.values(model.stateDict()).map((t) => t.data)).toEqual(before);
  });

  it("of another model's file leaves the model as it was", () => {
    const model = build();
    const before = Object.values(model.stateDict()).map((t) => t.data.slice());
    save(at("m"), new nn.Sequential(new nn.Linear(3, 2), new nn.Linear(2, 4)));
    expect(() => model.loadStateDict(load(at("m")))).toThrow(/1\.weight of shape \[1, 2\], got \[4, 2\]/);
    expect(Object.values(model.stateDict()).map((t) => t.data)).toEqual(before);
  });

  it("names a file that is not there", () => {
    expect(() => load(at("none"))).toThrow(/^load: cannot read .*none: ENOENT/);
    expect(() => loadMetadata(at("none"))).toThrow(/^loadMetadata: cannot read .*none: ENOENT/);
    // @ts-expect-error no path
    expect(() => load(3)).toThrow(new TypeError("load: expected path to be text, got 3"));
  });
});
