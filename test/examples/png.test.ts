// Pictures of the recipes: what is written decodes to the pixels that were given.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, describe, expect, it } from "vitest";
import { saveGrid, savePng } from "../../examples/support/png.ts";
import { tensor, zeros } from "../../src/entry.ts";

const folder = mkdtempSync(join(tmpdir(), "sedge-png-"));
afterAll(() => rmSync(folder, { recursive: true }));
const read = (path: string) => decode(readFileSync(path), { checkCrc: true });

describe("saveGrid", () => {
  it("lays gray images out in rows, two gray pixels apart, each pixel a square", () => {
    const path = join(folder, "gray.png");
    saveGrid(path, tensor([[[[0, 1]]], [[[1, 0.2]]], [[[0.4, -3]]]]), { columns: 2, scale: 1 });
    const { width, height, channels, data } = read(path);
    expect([width, height, channels]).toEqual([6, 4, 1]);
    const gap = new Array(6).fill(128);
    expect([...data]).toEqual([0, 255, 128, 128, 255, 51, ...gap, ...gap, 102, 0, 128, 128, 128, 128]);
    saveGrid(path, tensor([[[[0, 1]]]]), { scale: 2 });
    expect([...read(path).data]).toEqual([0, 0, 255, 255, 0, 0, 255, 255]);
  });

  it("takes red, green and blue as channels", () => {
    const path = join(folder, "colour.png");
    savePng(path, tensor([[[1, 0]], [[0, 2]], [[0, 0.6]]]), { scale: 1 });
    expect([...read(path).data]).toEqual([255, 0, 0, 0, 255, 153]);
  });

  it("refuses what are no images", () => {
    const message = "saveGrid: expected images of shape [N, 1 or 3, H, W], got [2, 2, 4, 4]";
    expect(() => saveGrid(join(folder, "x.png"), zeros([2, 2, 4, 4]))).toThrow(message);
    expect(() => saveGrid(join(folder, "x.png"), zeros([0, 1, 4, 4]))).toThrow("got [0, 1, 4, 4]");
  });
});
