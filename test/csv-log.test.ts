// The CSV file of a run: its rows, what becomes of a file that is there, and runs that are killed and resumed.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Dataset, type EpochRecord, fit, mse, nn, optim, type Run } from "../src/entry.ts";
import { csvLog } from "../src/node.ts";

const folder = mkdtempSync(join(tmpdir(), "sedge-csv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

/** Tells a callback of a run with these records, as fit does. */
function tell(callback: ReturnType<typeof csvLog>, ...records: Record<string, number | undefined>[]): void {
  callback.onTrainBegin?.({ epoch: 1, step: 0 } as never);
  for (const record of records) callback.onEpochEnd?.(record as unknown as EpochRecord, {} as never);
}

const record = (epoch: number, loss = 1 / epoch) => ({ loss, epoch, seconds: 0.5 });

describe("csvLog", () => {
  it("writes all figures of each epoch of fit, under their names", async () => {
    const data = new Dataset([[0], [1]], [[1], [3]]);
    const model = new nn.Linear(1, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const options = { loss: mse, optimizer, epochs: 3, validation: data, metrics: { mse } };
    const { epochs } = await fit(model, data, { ...options, callbacks: csvLog(at("fit.csv")) });
    const [header, ...rows] = readFileSync(at("fit.csv"), "utf8").trimEnd().split("\n");
    const names = header!.split(",");
    expect(names[0]).toBe("epoch");
    expect([...names].sort()).toEqual(Object.keys(epochs[0]!).sort());
    expect(rows.map((row) => row.split(",").map(Number))).toEqual(epochs.map((e) => names.map((name) => e[name])));
  });

  it("has each row in the file before the next epoch", () => {
    const log = csvLog(at("flushed.csv"));
    tell(log, record(1));
    expect(readFileSync(at("flushed.csv"), "utf8")).toBe("epoch,loss,seconds\n1,1,0.5\n");
  });

  it("quotes names, keeps what is not finite, and leaves missing figures empty", () => {
    const odd = { 'a "b", c': Number.NaN, d: Infinity };
    tell(csvLog(at("quoted.csv")), { epoch: 1, ...odd }, { epoch: 2, d: 4, late: 5 });
    expect(readFileSync(at("quoted.csv"), "utf8")).toBe('epoch,"a ""b"", c",d\n1,NaN,Infinity\n2,,4\n');
  });

  it("refuses a file that is there, and leaves it as it is", () => {
    writeFileSync(at("there.csv"), "mine\n");
    expect(() => tell(csvLog(at("there.csv")))).toThrow(/^csvLog: .*there\.csv is there already; append: true/);
    expect(readFileSync(at("there.csv"), "utf8")).toBe("mine\n");
  });

  it("replaces a file when told", () => {
    writeFileSync(at("old.csv"), "mine\n");
    tell(csvLog(at("old.csv"), { append: false }), record(1));
    expect(readFileSync(at("old.csv"), "utf8")).toBe("epoch,loss,seconds\n1,1,0.5\n");
  });

  it("goes on with a file, without a second header or second rows", () => {
    const path = at("resumed.csv");
    tell(csvLog(path), record(1), record(2), record(3, 99), record(4, 99));
    appendFileSync(path, "5,0.1"); // a kill while the row was written
    tell(csvLog(path, { append: true }), record(3), record(4));
    const whole = at("whole.csv");
    tell(csvLog(whole, { append: true }), record(1), record(2), record(3), record(4));
    expect(readFileSync(path, "utf8")).toBe(readFileSync(whole, "utf8"));
  });

  it("goes on without being told where fit resumes from a checkpoint", async () => {
    const data = new Dataset([[0], [1], [2], [3]], [[1], [3], [5], [7]]);
    const saved: Uint8Array[] = [];
    const train = async (path: string, resume?: Uint8Array, epochs = 4) => {
      const model = new nn.Linear(1, 1);
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
      const keep = { onSave: (run: Run) => void (run.step === 1 && saved.push(run.checkpoint())) };
      const options = { loss: mse, optimizer, epochs, batchSize: 2, seed: 1, callbacks: [csvLog(path), keep] };
      await fit(model, data, resume ? { ...options, resume } : options);
    };
    const figures = (name: string) => readFileSync(at(name), "utf8").replace(/[\d.]+$/gm, "");
    await train(at("parts.csv"), undefined, 4);
    const before = figures("parts.csv");
    await train(at("parts.csv"), saved[2]); // of the third epoch: two rows stay, two are written again
    expect(before).toMatch(/^epoch,.*,seconds\n(\d,.*,\n){4}$/);
    expect(figures("parts.csv")).toBe(before);
  });

  it("begins anew where a kill left but a part of the header", () => {
    writeFileSync(at("torn.csv"), "epoch,lo");
    tell(csvLog(at("torn.csv"), { append: true }), record(1));
    expect(readFileSync(at("torn.csv"), "utf8")).toBe("epoch,loss,seconds\n1,1,0.5\n");
  });

  it("refuses to go on with other columns", () => {
    writeFileSync(at("other.csv"), "epoch,accuracy\n1,0.5\n");
    const log = csvLog(at("other.csv"), { append: true });
    expect(() => tell(log, record(2))).toThrow(/other\.csv: it has other columns than this run, epoch,loss,seconds$/);
    expect(readFileSync(at("other.csv"), "utf8")).toBe("epoch,accuracy\n1,0.5\n");
  });

  it("says before the training that it cannot write", () => {
    expect(() => tell(csvLog(at("no/such/folder.csv")))).toThrow(/^csvLog: cannot write .*folder\.csv: ENOENT/);
    expect(() => tell(csvLog(folder))).toThrow(/^csvLog: cannot write .*EISDIR/);
  });

  it("says that the disk is full", (context) => {
    try {
      appendFileSync("/dev/full", "");
    } catch {
      context.skip();
    }
    expect(() => tell(csvLog("/dev/full", { append: true }), record(1))).toThrow(/^csvLog: cannot write \/dev\/full/);
  });

  it("refuses bad arguments", () => {
    expect(() => csvLog(3 as never)).toThrow(/^csvLog: expected path to be text, got 3/);
    expect(() => csvLog("a", { append: 1 as never })).toThrow(/^csvLog: expected append/);
    expect(() => csvLog("a", { separator: ";" } as never)).toThrow(/^csvLog: unknown option "separator"/);
  });
});
