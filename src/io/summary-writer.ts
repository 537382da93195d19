// TensorBoard's event files: records with checksums, each a protocol buffer. Only Node and its like load this file,
// through src/node.ts; the callback of fit() is src/train/tensorboard.ts.
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { checkInt, checkOptions, checkText, demand } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** CRC-32C (Castagnoli), reflected: https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4 */
const CASTAGNOLI = 0x82f63b78;
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? CASTAGNOLI : 0);
  return remainder;
});

/** The checksum as records have it: rotated and shifted, so that a checksum of data with checksums in it is sound. */
function maskedCrc(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = REMAINDERS[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  crc = ~crc;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Length, its checksum, data, their checksum: tensorflow/core/lib/io/record_writer.h. */
function framed(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(8 + 4 + data.length + 4);
  record.writeUInt32LE(data.length, 0); // the upper half stays 0
  record.writeUInt32LE(maskedCrc(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedCrc(data), 12 + data.length);
  return record;
}

// Fields of a protocol buffer: https://protobuf.dev/programming-guides/encoding/
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}
const integer = (field: number, value: number) => Buffer.from([...varint(field * 8), ...varint(value)]);
const block = (field: number, ...parts: Uint8Array[]) => {
  const data = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(data.length)]), data]);
};
const text = (field: number, value: string) => block(field, Buffer.from(value));
const packed = (field: number, values: readonly number[]) =>
  block(field, new Uint8Array(Float64Array.from(values).buffer));
const fixed = (field: number, value: number, kind: 1 | 5) => {
  const bytes = Buffer.alloc(kind === 1 ? 9 : 5, field * 8 + kind);
  if (kind === 1) bytes.writeDoubleLE(value, 1);
  else bytes.writeFloatLE(value, 1);
  return bytes;
};
const double = (field: number, value: number) => fixed(field, value, 1);
const float = (field: number, value: number) => fixed(field, value, 5);

/** Steps of a histogram, as many as TensorBoard draws. */
const BUCKETS = 30;
/** TensorFlow's code for text, in the types of tensors. */
const DT_STRING = 7;
/** TensorBoard's word for a run that begins anew, in the states of a session. */
const START = 1;

/** Tells apart the files of one process and second. */
let files = 0;

/**
 * Writes figures for TensorBoard, as PyTorch's class of that name does: `tensorboard --logdir runs` draws them. Each value
 * is in the file when the call returns. A folder is a run: what is written into the same folder again is drawn as one.
 *
 * @see https://pytorch.org/docs/stable/tensorboard.html
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/event.proto
 *
 * @example
 * ```ts
 * import { SummaryWriter } from "sedge/node";
 * const writer = new SummaryWriter("runs/first");
 * for (let step = 0; step < 100; step++) writer.addScalar("loss/train", 1 / (step + 1), step);
 * writer.close();
 * ```
 */
export class SummaryWriter {
  /** The file that this writer writes. */
  readonly path: string;
  private file: number;

  /**
   * @param folder where the file goes; made if it is not there.
   * @param options.purgeStep for a run that is resumed in its folder: what was written before for this step and later
   * ones is not drawn. Default: everything is.
   * @throws Error if the file cannot be made, with the system's error as its cause.
   */
  constructor(folder: string, options?: { purgeStep?: number }) {
    checkText("SummaryWriter", "folder", folder);
    checkOptions("SummaryWriter", options, ["purgeStep"]);
    const { purgeStep } = options ?? {};
    if (purgeStep !== undefined) checkInt("SummaryWriter", "purgeStep", purgeStep, 0);
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, "0");
    this.path = join(folder, `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${files++}`);
    this.file = this.writing(() => {
      mkdirSync(folder, { recursive: true });
      return openSync(this.path, "wx");
    });
    this.event(0, text(3, "brain.Event:2"));
    if (purgeStep !== undefined) this.event(purgeStep, block(7, integer(1, START)));
  }

  /**
   * Adds a number.
   * @param tag what it is called; what comes before a slash groups the charts.
   * @param value a number, or a tensor of one.
   * @param step where it stands on the horizontal axis, an integer of at least 0. Default: 0.
   */
  addScalar(tag: string, value: number | Tensor, step = 0): void {
    const number = value instanceof Tensor ? value.item() : value;
    demand(typeof number === "number", "addScalar", "value to be a number", value, TypeError);
    this.value("addScalar", tag, step, float(2, number));
  }

  /** Adds text, which TensorBoard reads as Markdown. */
  addText(tag: string, value: string, step = 0): void {
    demand(typeof value === "string", "addText", "value to be text", value, TypeError);
    const kind = block(9, block(1, text(1, "text")));
    const shape = block(2, block(2, integer(1, 1)));
    this.value("addText", `${tag}/text_summary`, step, kind, block(8, integer(1, DT_STRING), shape, text(8, value)));
  }

  /** Adds how the elements of a tensor or array are distributed. Those that are not finite are left out. */
  addHistogram(tag: string, values: Tensor | ArrayLike<number>, step = 0): void {
    const given = values instanceof Tensor ? values.data : values;
    demand(typeof given?.length === "number", "addHistogram", "a tensor or an array", values, TypeError);
    const finite = Array.from(given as ArrayLike<number>).filter(Number.isFinite);
    demand(finite.length > 0, "addHistogram", "at least one finite element", values);
    let [min, max, sum, squares] = [Infinity, -Infinity, 0, 0];
    for (const v of finite) {
      min = Math.min(min, v);
      max = Math.max(max, v);
      sum += v;
      squares += v * v;
    }
    const width = (max - min) / BUCKETS || 1;
    const limits = Array.from({ length: BUCKETS }, (_, i) => min + (i + 1) * width);
    const counts = limits.map(() => 0);
    for (const v of finite) counts[Math.min(BUCKETS - 1, Math.floor((v - min) / width))]!++;
    const figures = [min, max, finite.length, sum, squares].map((v, i) => double(i + 1, v));
    this.value("addHistogram", tag, step, block(5, ...figures, packed(6, limits), packed(7, counts)));
  }

  /** Ends the file; what is closed already stays so. */
  close(): void {
    if (this.file >= 0) closeSync(this.file);
    this.file = -1;
  }

  private value(op: string, tag: string, step: number, ...content: Uint8Array[]): void {
    checkText(op, "tag", tag);
    checkInt(op, "step", step, 0, Number.MAX_SAFE_INTEGER);
    this.event(step, block(5, block(1, text(1, tag), ...content)));
  }

  private event(step: number, content: Uint8Array): void {
    if (this.file < 0) throw new Error(`SummaryWriter: ${this.path} is closed`);
    const event = Buffer.concat([double(1, Date.now() / 1000), integer(2, step), content]);
    this.writing(() => writeSync(this.file, framed(event)));
  }

  /** What a write throws, with the path. */
  private writing<T>(write: () => T): T {
    try {
      return write();
    } catch (cause) {
      throw new Error(`SummaryWriter: cannot write ${this.path}: ${(cause as Error).message}`, { cause });
    }
  }
}
