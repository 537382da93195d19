// Progress in the terminal and out of one: the bar, the line for each epoch, and what is left alone.
import { Writable } from "node:stream";
import { afterEach, describe, expect, it, vi } from "vitest";
import { accuracy, type Callback, crossEntropy, Dataset, type FitOptions, fit, nn, optim } from "../src/entry.ts";
import { progressBar } from "../src/node.ts";

const data = new Dataset(
  [
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 0],
  ],
  Int32Array.of(1, 0, 0, 1),
);

/** A stream that remembers. */
class Screen extends Writable {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number;
  constructor(isTTY: boolean, columns = 100) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
  }
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

afterEach(() => vi.useRealTimers());

/** A callback that lets every batch take so long, in ms. */
function slow(ms: number): Callback {
  vi.useFakeTimers({ toFake: ["performance", "Date", "setTimeout", "clearTimeout"] });
  return {
    onBatchEnd: () => {
      vi.advanceTimersByTime(ms);
    },
  };
}

/** What a terminal would have had in its current line, one text for each drawing. */
const drawings = (screen: Screen): string[] =>
  screen.text.split("\u001b").flatMap((part) => /epoch [^\n]*$/.exec(part)?.[0] ?? []);

describe("progressBar", () => {
  const show = async (
    screen: Screen,
    { every = 1, callbacks = [], ...options }: Partial<FitOptions> & { every?: number } = {},
  ) => {
    const model = new nn.Linear(2, 2);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const whole = { loss: crossEntropy, optimizer, epochs: 2, batchSize: 2, metrics: { accuracy } };
    return await fit(model, data, {
      ...whole,
      callbacks: [callbacks, progressBar({ stream: screen, every })].flat(),
      ...options,
    });
  };

  it("writes one plain line for each epoch where there is no terminal", async () => {
    const screen = new Screen(false);
    await show(screen, { validation: data });
    const figure = "-?[\\d.e+-]+";
    const line = `\\d/2  loss ${figure}  accuracy ${figure}  valLoss ${figure}  valAccuracy ${figure}  [\\d.]+ s`;
    expect(screen.text).toMatch(new RegExp(`^${line}\n${line}\n$`));
  });

  it("draws a bar in a terminal, and keeps the line for each epoch", async () => {
    const screen = new Screen(true);
    await show(screen, { callbacks: slow(500) });
    expect(screen.text).toMatch(
      /epoch 1\/2 {2}█████░░░░░ {2}loss [\d.]+ {2}accuracy [\d.]+ {2}2.0 steps\/s {2}1.5 s left/,
    );
    expect(screen.text).toMatch(
      /epoch 2\/2 {2}██████████ {2}loss [\d.]+ {2}accuracy [\d.]+ {2}2.0 steps\/s {2}0.0 s left/,
    );
    expect(screen.text).toMatch(/2K2\/2 {2}loss [\d.]+ {2}accuracy [\d.]+ {2}1.0 s\n$/);
  });

  it("shows what has room, the loss and the time left before all else", async () => {
    const screen = new Screen(true, 40);
    await show(screen, { callbacks: slow(500), metrics: { aVeryLongNameOfAMetricThatIsLong: accuracy } });
    const drawn = drawings(screen);
    expect(drawn.length).toBeGreaterThan(3);
    for (const line of drawn) expect(line).toMatch(/^epoch \d\/2 {2}loss [\d.]+ {2}\d.\d s left$/);
  });

  it("does not flicker for epochs that are over at once", async () => {
    const screen = new Screen(true);
    await show(screen, { epochs: 9, callbacks: slow(1) });
    expect(screen.text.split("\n")).toHaveLength(10);
    expect(drawings(screen)).toEqual([]);
  });

  it("writes a line only for every nth epoch, and the last, under a bar that spans them", async () => {
    const screen = new Screen(true);
    await show(screen, { epochs: 25, every: 10, callbacks: slow(50) });
    const lines = screen.text.split("\n").map((text) => text.split("\u001b[2K").at(-1));
    expect(lines.map((line) => line!.split("  ")[0])).toEqual(["10/25", "20/25", "25/25", ""]);
    expect(screen.text).toContain("epoch 6/25  ██████░░░░");
  });

  it("shows the learning rate once it changes, where there is room", () => {
    const [wide, narrow] = [new Screen(true), new Screen(true, 40)];
    for (const stream of [wide, narrow]) {
      const { onTrainBegin, onEpochEnd, onTrainEnd } = progressBar({ stream }) as Record<
        string,
        (...a: unknown[]) => void
      >;
      onTrainBegin!({ epochs: 3, steps: 1 });
      for (const [i, lr] of [0.1, 0.1, 0.01].entries())
        onEpochEnd!({ epoch: i + 1, loss: 1, valLoss: 2, lr, seconds: 1 });
      onTrainEnd!();
    }
    const lines = ["1/3  loss 1.0000  valLoss 2.0000  1.0 s\n", "2/3  loss 1.0000  valLoss 2.0000  1.0 s\n"];
    expect(wide.text).toBe(`${lines.join("")}3/3  loss 1.0000  valLoss 2.0000  lr 0.0100  1.0 s\n`);
    expect(narrow.text).toBe(`${lines.join("")}3/3  loss 1.0000  valLoss 2.0000  1.0 s\n`);
  });

  it("takes the bar away when the run fails", async () => {
    const screen = new Screen(true);
    const { onBatchEnd } = slow(500);
    const fail: Callback = {
      onBatchEnd: (batch, ...rest) => {
        onBatchEnd?.(batch, ...rest);
        if (batch.step === 2) throw new Error("mine");
      },
    };
    await expect(show(screen, { callbacks: fail })).rejects.toThrow("mine");
    expect(drawings(screen).length).toBeGreaterThan(0);
    expect(screen.text.endsWith("\u001b[2K")).toBe(true);
  });

  it("never hides the cursor, and leaves no listener behind", async () => {
    const screen = new Screen(true);
    const before = process.listenerCount("SIGINT");
    await show(screen, { callbacks: slow(500) });
    await new Promise((resolve) => setImmediate(resolve));
    expect(process.listenerCount("SIGINT")).toBe(before);
    expect(screen.text).not.toContain("\u001b[?");
  });

  it("gives the terminal back on Ctrl-C, and lets it end the program", async () => {
    const screen = new Screen(true);
    const begun = { epochs: 1, steps: 9 };
    const { onTrainBegin, onBatchEnd, onTrainEnd } = progressBar({ stream: screen }) as Record<
      string,
      (...a: unknown[]) => void
    >;
    const { onBatchEnd: wait } = slow(500);
    const kill = vi.spyOn(process, "kill").mockReturnValue(true);
    const others = process.listeners("SIGINT");
    process.removeAllListeners("SIGINT");
    try {
      onTrainBegin!(begun);
      expect(process.listenerCount("SIGINT")).toBe(0); // none in a loop that never turns to events
      await new Promise((resolve) => setImmediate(resolve));
      (wait as () => void)();
      onBatchEnd!({ epoch: 1, step: 1, loss: 1, averages: { loss: 1 } });
      process.emit("SIGINT");
      expect(screen.text.endsWith("\u001b[2K\n")).toBe(true);
      expect(kill).toHaveBeenCalledWith(process.pid, "SIGINT");
      onTrainEnd!();
    } finally {
      for (const listener of others) process.on("SIGINT", listener);
      kill.mockRestore();
    }
  });

  it("leaves what becomes of Ctrl-C to others that listen, once or for good", async () => {
    const { onTrainBegin, onTrainEnd } = progressBar({ stream: new Screen(true) }) as Record<
      string,
      (r: object) => void
    >;
    const kill = vi.spyOn(process, "kill").mockReturnValue(true);
    const others = process.listeners("SIGINT");
    process.removeAllListeners("SIGINT");
    const heard = vi.fn();
    try {
      process.once("SIGINT", heard);
      onTrainBegin!({ epochs: 1, steps: 9 });
      await new Promise((resolve) => setImmediate(resolve));
      process.emit("SIGINT");
      expect(heard).toHaveBeenCalledTimes(1);
      expect(kill).not.toHaveBeenCalled();
      onTrainEnd!({});
    } finally {
      for (const listener of others) process.on("SIGINT", listener);
      kill.mockRestore();
    }
  });

  it("refuses bad options", () => {
    // @ts-expect-error unknown
    expect(() => progressBar({ width: 3 })).toThrow(/^progressBar: unknown option "width"/);
    expect(() => progressBar({ every: 0 })).toThrow(/^progressBar: expected every/);
    expect(() => progressBar({ stream: null as never })).toThrow(/^progressBar: expected stream/);
  });
});
