// Progress in the terminal and out of one: the bar, the line for each epoch, and what is left alone.
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
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
  readonly columns = 100;
  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

describe("progressBar", () => {
  const show = (screen: Screen, options: Partial<FitOptions> = {}) => {
    const model = new nn.Linear(2, 2);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const whole = { loss: crossEntropy, optimizer, epochs: 2, batchSize: 2, metrics: { accuracy } };
    return fit(model, data, { ...whole, callbacks: progressBar({ stream: screen }), ...options });
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
    await show(screen);
    expect(screen.text).toContain("epoch 1/2 ░░░░");
    expect(screen.text).toContain("epoch 1/2 ██████████  loss ");
    expect(screen.text).toMatch(/steps\/s {2}[\d.]+ s left/);
    expect(screen.text).toMatch(/2K2\/2 {2}loss [\d.]+ {2}accuracy [\d.]+ {2}[\d.]+ s\n$/);
  });

  it("takes the bar away when the run fails", async () => {
    const screen = new Screen(true);
    const fail = () => {
      throw new Error("mine");
    };
    const callbacks = [progressBar({ stream: screen }), { onBatchEnd: fail }];
    await expect(show(screen, { callbacks })).rejects.toThrow("mine");
    expect(screen.text.endsWith("\u001b[2K")).toBe(true);
  });

  it("leaves Ctrl-C and the terminal's settings alone", async () => {
    const screen = new Screen(true);
    const before = process.listenerCount("SIGINT");
    let during = -1;
    const watch: Callback = {
      onBatchEnd: () => {
        during = process.listenerCount("SIGINT");
      },
    };
    await show(screen, { callbacks: [progressBar({ stream: screen }), watch] });
    expect(during).toBe(before);
    expect(screen.text).not.toContain("\u001b[?");
  });

  it("refuses unknown options", async () => {
    // @ts-expect-error unknown
    expect(() => progressBar({ width: 3 })).toThrow(/^progressBar: unknown option "width"/);
  });
});
