// TensorBoard's event files, read back by a decoder that shares nothing with the writer: framing and checksums by the
// format's own rules, messages by the library pbf.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { PbfReader } from "pbf";
import { afterAll, describe, expect, it } from "vitest";
import { type Callback, Dataset, fit, mse, nn, optim, type Run, tensor } from "../src/entry.ts";
import { SummaryWriter, tensorBoard } from "../src/node.ts";

const folder = mkdtempSync(join(tmpdir(), "sedge-events-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Fields of a message by number: name, and kind, which is another message or a reader of pbf. */
type Message = { readonly [field: number]: readonly [name: string, kind: Message | Kind] };
type Kind = "Double" | "Float" | "Varint" | "String" | "Bytes" | "PackedDouble";

/** What TensorBoard reads, from tensorflow/core/util/event.proto, framework/summary.proto and framework/tensor.proto. */
const HISTOGRAM: Message = {
  ...{ 1: ["min", "Double"], 2: ["max", "Double"], 3: ["num", "Double"], 4: ["sum", "Double"] },
  ...{ 5: ["sum_squares", "Double"], 6: ["bucket_limit", "PackedDouble"], 7: ["bucket", "PackedDouble"] },
};
const SHAPE: Message = { 2: ["dim", { 1: ["size", "Varint"] }] };
const TENSOR: Message = { 1: ["dtype", "Varint"], 2: ["tensor_shape", SHAPE], 8: ["string_val", "Bytes"] };
const METADATA: Message = { 1: ["plugin_data", { 1: ["plugin_name", "String"] }] };
const VALUE: Message = {
  ...{ 1: ["tag", "String"], 2: ["simple_value", "Float"], 5: ["histo", HISTOGRAM] },
  ...{ 8: ["tensor", TENSOR], 9: ["metadata", METADATA] },
};
const EVENT: Message = {
  ...{ 1: ["wall_time", "Double"], 2: ["step", "Varint"], 3: ["file_version", "String"] },
  ...{ 5: ["summary", { 1: ["value", VALUE] }], 7: ["session_log", { 1: ["status", "Varint"] }] },
};
const REPEATED = ["value", "dim", "string_val"];

function decode(message: Message, reader: PbfReader, end?: number): object {
  const readField = (number: number, result: Record<string, unknown>) => {
    const field = message[number];
    if (!field) throw new Error(`unknown field ${number}`);
    const [name, kind] = field;
    const value =
      typeof kind === "string" ? reader[`read${kind}`]() : decode(kind, reader, reader.readVarint() + reader.pos);
    if (REPEATED.includes(name)) result[name] = [...((result[name] ?? []) as unknown[]), value];
    else result[name] = value;
  };
  return reader.readFields(readField, {}, end);
}

/** CRC-32C by long division over the bits, most significant first, as the definition has it. */
function crc32c(data: Uint8Array): number {
  const reverse = (value: bigint, bits: number) =>
    BigInt(`0b${[...value.toString(2).padStart(bits, "0")].reverse().join("")}`);
  let crc = 0xffffffffn;
  for (const byte of data) {
    crc ^= reverse(BigInt(byte), 8) << 24n;
    for (let bit = 0; bit < 8; bit++) crc = crc >> 31n ? ((crc << 1n) ^ 0x1_1edc6f41n) & 0xffffffffn : crc << 1n;
  }
  return Number(reverse(crc, 32) ^ 0xffffffffn);
}

const masked = (data: Uint8Array): number => {
  const crc = BigInt(crc32c(data));
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
};

interface Value {
  tag: string;
  simple_value: number;
  histo?: { min: number; max: number; num: number; sum: number; sum_squares: number; bucket: number[] };
  tensor?: { dtype: number; tensor_shape: { dim: { size: number }[] }; string_val: Uint8Array[] };
  metadata?: { plugin_data: { plugin_name: string } };
}
interface Event {
  wall_time: number;
  step: number;
  file_version: string;
  summary?: { value: Value[] };
  session_log?: { status: number };
}

/** The events of a file; both checksums of each record are checked. */
function read(path: string): Event[] {
  const bytes = readFileSync(path);
  const events: Event[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(bytes.readUInt32LE(at + 8)).toBe(masked(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(masked(data));
    events.push(decode(EVENT, new PbfReader(data)) as Event);
    at += length + 16;
  }
  return events;
}

/** Tag, step and value of every scalar. */
const scalars = (events: Event[]): [string, number, number][] =>
  events.flatMap(({ step, summary }) =>
    (summary?.value ?? []).filter((v) => !v.tensor && !v.histo).map((v) => [v.tag, step, v.simple_value] as const),
  ) as [string, number, number][];

const only = (run: string): string => join(folder, run, readdirSync(join(folder, run))[0]!);

describe("SummaryWriter", () => {
  it("is checked by a sound checksum", () => {
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  });

  it("begins with the file's version, under a name that TensorBoard looks for", () => {
    const writer = new SummaryWriter(join(folder, "empty", "nested"));
    writer.close();
    writer.close();
    expect(basename(writer.path)).toMatch(/^events\.out\.tfevents\.\d{10}\./);
    const [event, ...rest] = read(writer.path);
    expect(rest).toEqual([]);
    expect(event).toMatchObject({ step: 0, file_version: "brain.Event:2" });
    expect(Math.abs(event!.wall_time - Date.now() / 1000)).toBeLessThan(60);
  });

  it("writes numbers and tensors, at any step, before it is closed", () => {
    const writer = new SummaryWriter(join(folder, "scalars"));
    const steps = [0, 1, 127, 128, 300, 2 ** 31, 2 ** 40 + 5];
    for (const step of steps) writer.addScalar("loss/train", 1 / (step + 1), step);
    writer.addScalar("größe", tensor([2.5]));
    writer.addScalar("bad", Number.NaN);
    expect(scalars(read(writer.path))).toEqual([
      ...steps.map((step) => ["loss/train", step, Math.fround(1 / (step + 1))]),
      ["größe", 0, 2.5],
      ["bad", 0, Number.NaN],
    ]);
    writer.close();
    expect(() => writer.addScalar("late", 1)).toThrow(/^SummaryWriter: .* is closed$/);
  });

  it("writes text for TensorBoard's page of texts", () => {
    const writer = new SummaryWriter(join(folder, "text"));
    writer.addText("notes", "*fine* ✓", 3);
    writer.close();
    const { step, summary } = read(writer.path)[1]!;
    const { tag, metadata, tensor } = summary!.value[0]!;
    expect([step, tag, metadata?.plugin_data.plugin_name]).toEqual([3, "notes/text_summary", "text"]);
    expect([tensor?.dtype, tensor?.tensor_shape.dim]).toEqual([7, [{ size: 1 }]]);
    expect(tensor?.string_val.map((b) => Buffer.from(b).toString())).toEqual(["*fine* ✓"]);
  });

  it("counts a histogram's elements, the finite ones", () => {
    const writer = new SummaryWriter(join(folder, "histograms"));
    writer.addHistogram("w", tensor([0, 1, 1, 3, Number.NaN]), 2);
    writer.addHistogram("same", [4, 4]);
    writer.close();
    const [w, same] = read(writer.path)
      .slice(1)
      .map((event) => event.summary!.value[0]!.histo!);
    expect(w).toMatchObject({ min: 0, max: 3, num: 4, sum: 5, sum_squares: 11 });
    expect(w!.bucket.filter((n) => n > 0)).toEqual([1, 2, 1]);
    expect(same!.bucket).toEqual([2, ...Array(29).fill(0)]);
  });

  it("refuses what makes no sense", () => {
    const writer = new SummaryWriter(join(folder, "refusals"));
    expect(() => writer.addScalar("", 1)).toThrow(/^addScalar: expected tag to be text/);
    expect(() => writer.addScalar("a", 1, -1)).toThrow(/^addScalar: expected step/);
    expect(() => writer.addScalar("a", "1" as never)).toThrow(/^addScalar: expected value to be a number, got/);
    expect(() => writer.addHistogram("a", [])).toThrow(/^addHistogram: expected at least one finite element/);
    expect(() => new SummaryWriter("a", { flush: 1 } as never)).toThrow(/^SummaryWriter: unknown option "flush"/);
    writer.close();
    const file = join(folder, "plain.txt");
    writeFileSync(file, "");
    expect(() => new SummaryWriter(file)).toThrow(/^SummaryWriter: cannot write .*plain\.txt/);
  });
});

describe("tensorBoard", () => {
  const data = new Dataset([[0], [1], [2], [3]], [[1], [3], [5], [7]]);
  const train = (callbacks: Callback | Callback[], epochs = 2, resume?: Uint8Array) => {
    const model = new nn.Linear(1, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
    return fit(model, data, { loss: mse, optimizer, epochs, batchSize: 2, callbacks, ...(resume && { resume }) });
  };

  it("writes the loss of batches, and all figures of epochs", async () => {
    const { epochs } = await train(tensorBoard(join(folder, "run")));
    const found = scalars(read(only("run")));
    expect(found.filter(([tag]) => tag === "batch/loss").map(([, step]) => step)).toEqual([1, 2, 3, 4]);
    const losses = epochs.map(({ epoch, loss }) => ["epoch/loss", epoch, Math.fround(loss)]);
    expect(found.filter(([tag]) => tag === "epoch/loss")).toEqual(losses);
    expect(found.filter(([tag]) => tag === "epoch/seconds")).toHaveLength(2);
  });

  it("writes the run's options and model as text, and parameters as histograms when told", async () => {
    await train(tensorBoard(join(folder, "more"), { histograms: true }), 1);
    const values = read(only("more")).flatMap(({ summary }) => summary?.value ?? []);
    const about = Buffer.from(values.find(({ tag }) => tag === "run/text_summary")!.tensor!.string_val[0]!).toString();
    expect(about).toContain("| optimizer | SGD |\n| lr | 0.01 |");
    expect(about).toContain("    Linear(");
    expect(values.filter(({ histo }) => histo).map(({ tag }) => tag)).toEqual(["weight", "bias"]);
  });

  it("goes on in the folder of a run that is resumed, in the place of what came after", async () => {
    let saved: Uint8Array | undefined;
    const keep = {
      onSave: (run: Run) => {
        if (run.epoch === 2 && run.step === 1) saved = run.checkpoint();
      },
    };
    await train([tensorBoard(join(folder, "resumed")), keep]);
    await train(tensorBoard(join(folder, "resumed")), 2, saved);
    const [first, second] = readdirSync(join(folder, "resumed"))
      .sort()
      .map((name) => read(join(folder, "resumed", name)));
    expect(first!.some((event) => event.session_log)).toBe(false);
    expect(second![1]).toMatchObject({ step: 4, session_log: { status: 1 } });
    expect(
      scalars(second!)
        .filter(([tag]) => tag === "batch/loss")
        .map(([, step]) => step),
    ).toEqual([4]);
  });

  it("leaves batches out as told", async () => {
    await train(tensorBoard(join(folder, "third"), { every: 3 }));
    const steps = scalars(read(only("third"))).filter(([tag]) => tag === "batch/loss");
    expect(steps.map(([, step]) => step)).toEqual([3]);
    await train(tensorBoard(join(folder, "none"), { every: 0 }));
    expect(scalars(read(only("none"))).filter(([tag]) => tag.startsWith("batch"))).toEqual([]);
  });

  it("says before the training that a folder cannot be written", async () => {
    const file = join(folder, "taken");
    writeFileSync(file, "");
    const run = async () => await train(tensorBoard(file));
    await expect(run()).rejects.toThrow(/^SummaryWriter: cannot write .*taken/);
  });

  it("refuses bad options, and makes nothing before the run", () => {
    expect(() => tensorBoard("")).toThrow(/^tensorBoard: expected folder to be text/);
    expect(() => tensorBoard("a", { every: -1 })).toThrow(/^tensorBoard: expected every/);
    expect(() => tensorBoard("a", { steps: 1 } as never)).toThrow(/^tensorBoard: unknown option "steps"/);
    tensorBoard(join(folder, "later"));
    expect(existsSync(join(folder, "later"))).toBe(false);
  });
});
