// Why a loss is not finite: the layer and the op that are named, the cures, and that nothing is left changed. That fit
// stops is fit.test.ts.
import { beforeEach, describe, expect, it } from "vitest";
import {
  crossEntropy,
  explainNonFinite,
  getRngState,
  maskedFill,
  memory,
  mse,
  nn,
  observeOps,
  ones,
  randn,
  seed,
  softmax,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from "../src/entry.ts";
import { nonFinite } from "../src/train/nan-guard.ts";
import { rowsOf, withGradient, withoutGradient } from "./op-calls.ts";

beforeEach(() => seed(1));

/** A layer of one function. */
class Fn extends nn.Module {
  readonly fn: (x: Tensor) => Tensor;
  constructor(fn: (x: Tensor) => Tensor) {
    super();
    this.fn = fn;
  }
  forward(x: Tensor): Tensor {
    return this.fn(x);
  }
}

/** The message for a model on a batch. */
function messageOf(model: nn.Sequential, x: Tensor, loss = mse, y = zeros([x.shape[0]!, 2])): string {
  const state = getRngState();
  const value = tidy(() => loss(model.call(x), y).item());
  const where = { epoch: 2, step: 17, state };
  return nonFinite(model, loss, x, y, value, where).message;
}

describe("the error of a loss that is not finite", () => {
  it("names the layer, the op, its input's range and how much of its result", () => {
    const model = new nn.Sequential(new nn.Sequential(new nn.Identity(), new Fn((x) => x.log())), new nn.Tanh());
    expect(
      messageOf(
        model,
        tensor([
          [-0.31, 4.2],
          [1, 1],
        ]),
      ),
    ).toMatch(
      /^fit: the loss became NaN at epoch 2, step 17: first in log, in layer 0\.1, Fn \(values of its input: -0\.31 to 4\.2; 1 of 4 results not finite\); .*clamp/,
    );
  });

  it("names the op that a composed op was made of, and the loss function as outside of the layers", () => {
    const model = new nn.Sequential(new nn.Identity());
    const loss = (x: Tensor): Tensor => x.xlogy(x.neg()).mean();
    expect(messageOf(model, tensor([[2, 0.5]]), loss)).toMatch(/first in \w+ within xlogy, in the loss function/);
  });

  it.each([
    ["exp", (x: Tensor) => x.mul(100).exp(), /first in exp, .*Infinity|first in exp, .*88\.7/],
    ["div", (x: Tensor) => x.div(0), /first in div, .*1 to 1, 0 to 0; 2 of 2.*away from 0/],
    ["mul", (x: Tensor) => x.mul(3e38).mul(3e38), /first in mul, .*learning rate/],
    ["sqrt", (x: Tensor) => x.neg().sqrt(), /first in sqrt, .*-1 to -1.*where it is defined/],
    [
      "a layer without spread",
      (x: Tensor) => x.std({ axis: 0 }).add(x),
      /first in std, .*it divided by 0: .*no spread/,
    ],
  ])("gives the cure of %s", (_, fn, message) => {
    expect(messageOf(new nn.Sequential(new Fn(fn)), ones([1, 2]))).toMatch(message);
  });

  it("says where infinity turned into NaN", () => {
    const model = new nn.Sequential(new Fn((x) => x.log().mul(x)));
    expect(messageOf(model, zeros([1, 2]))).toMatch(/first in log, .*not finite\), NaN from mul on; /);
  });

  it("does not take a mask of -Infinity for the cause that a later softmax makes finite", () => {
    const masked = (x: Tensor): Tensor => softmax(maskedFill(x, tensor([[true, false]]), -Infinity));
    const model = new nn.Sequential(new Fn(masked), new Fn((x) => x.log()));
    expect(messageOf(model, ones([1, 2]))).toMatch(/first in log, in layer 1,/);
  });

  it("names the rows of a batch, before anything else", () => {
    const x = tensor([
      [1, 2],
      [NaN, 1],
      [1, 1],
      [Infinity, NaN],
    ]);
    expect(messageOf(new nn.Sequential(new nn.Linear(2, 2)), x)).toMatch(
      /: the batch's x is not finite in 2 of 4 rows \(1, 3\); /,
    );
    const y = tensor([
      [1, 2],
      [NaN, 1],
    ]);
    expect(messageOf(new nn.Sequential(new nn.Linear(2, 2)), ones([2, 2]), mse, y)).toMatch(/batch's y .* 1 of 2 rows/);
  });

  it("names the parameters that were not finite already; blames the step before if there was one, and its gradient", () => {
    const model = new nn.Sequential(new nn.Linear(2, 2));
    model.parameters()[0]!.data[1] = NaN;
    const [x, y] = [ones([1, 2]), zeros([1, 2])];
    const messageAt = (step: number) =>
      nonFinite(model, mse, x, y, NaN, { epoch: 1, step, state: getRngState() }).message;
    expect(messageAt(1)).toMatch(
      /: weights were not finite already \(0\.weight: 1 of 4\); initialise or load them anew$/,
    );
    expect(messageAt(2)).toMatch(
      /\); the step before wrote them: its gradient was not finite .*learning rate is too high$/,
    );
  });

  it("repeats dropout as it was", () => {
    // The sum is 0, and its logarithm infinite, for the one mask in which all of the elements are dropped.
    for (let n = 0; n < 40; n++) {
      const model = new nn.Sequential(new nn.Dropout(0.8), new Fn((x) => x.sum().log()));
      const state = getRngState();
      const value = tidy(() => model.call(ones([4])).item());
      if (Number.isFinite(value)) continue;
      randn([10]);
      const loss = (x: Tensor): Tensor => x;
      const { message } = nonFinite(model, loss, ones([4]), ones([4]), value, { epoch: 1, step: 1, state });
      expect(message).toMatch(/became -Infinity at .* first in log, in layer 1, Fn/);
    }
    expect.hasAssertions();
  });

  it("leaves buffers, hooks, gradients and memory as they were", () => {
    const model = new nn.Sequential(new nn.BatchNorm1d(2), new Fn((x) => x.sub(5).log()));
    const x = randn([4, 2]);
    tidy(() => model.call(x));
    const before = [model.buffers().map((b) => [...b.data]), memory().tensors];
    expect(explainNonFinite(model, () => model.call(x).mean())).toMatch(/^first in log, in layer 1/);
    expect([model.buffers().map((b) => [...b.data]), memory().tensors]).toEqual(before);
    expect(model.parameters().every((p) => p.grad === null)).toBe(true);
    expect(
      observeOps(
        () => expect.unreachable(),
        () => 1,
      ),
    ).toBe(1);
  });

  it("is undefined where all is finite, and where only what is not used is not", () => {
    const model = new nn.Sequential(new nn.Linear(2, 2));
    expect(
      explainNonFinite(model, () => crossEntropy(model.call(ones([1, 2])), tensor(Int32Array.of(1)))),
    ).toBeUndefined();
    expect(
      explainNonFinite(model, () =>
        zeros([1])
          .log()
          .maskedFill(tensor([true]), 0),
      ),
    ).toBeUndefined();
  });
});

describe("observeOps", () => {
  const calls = rowsOf({ ...withGradient, ...withoutGradient });

  it.each(calls)("sees what $name returns", ({ call: [operands, apply] }) => {
    tidy(() => {
      const inputs = operands();
      const seen = new Set<unknown>();
      const result = observeOps(
        (_, y) => seen.add(y?.storage),
        () => apply(...inputs),
      );
      for (const y of [result].flat())
        expect(y.dtype !== "float32" || seen.has(y.storage) || inputs.some((x) => x.storage === y.storage)).toBe(true);
    });
  });

  it("does not see the observer's own ops, and stops after an error", () => {
    const seen: string[] = [];
    const see = (op: string, y: Tensor | null) => {
      seen.push(op);
      y?.neg();
    };
    expect(() => observeOps(see, () => ones([2]).reshape([3]))).toThrow(/reshape/);
    ones([2]);
    expect(seen).toEqual(["ones"]);
  });

  it("refuses what is no function", () => {
    expect(() => observeOps(1 as never, () => 1)).toThrow(/observeOps: expected two functions, got 1/);
  });
});
