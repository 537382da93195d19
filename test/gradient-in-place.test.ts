// Gradients that take the place of what nobody needs any more, bit for bit as those that do not; and what must be left alone.
import { describe, expect, it } from "vitest";
import {
  Dataset,
  elu,
  fit,
  gelu,
  grad,
  hardswish,
  mish,
  mse,
  nn,
  optim,
  packSequence,
  randn,
  relu,
  seed,
  sigmoid,
  silu,
  softplus,
  type Tensor,
  tanh,
  tidy,
  variable,
} from "../src/entry.ts";

const SPECIAL = [0, -0, Infinity, -Infinity, Number.NaN, 1e30, -1e30, 1e-40, 88.8, -104, 20.5, -20.5];
const bits = (x: Tensor): Uint32Array => new Uint32Array((x.data as Float32Array).slice().buffer);

describe("a gradient in the place of the one that it is made of", () => {
  const ops: Record<string, (x: Tensor) => Tensor> = {
    ...{ relu, tanh, sigmoid, gelu, silu, mish, softplus, hardswish, elu },
    geluTanh: (x) => gelu(x, { approximate: "tanh" }),
  };

  it.each(Object.entries(ops))("%s: the same bits, special values among them", (_, op) => {
    seed(1);
    const values = [...randn([83]).mul(4).data, ...SPECIAL, ...randn([17]).data];
    const slopes = randn([values.length]);
    const gradients = [true, false].map((kept) => {
      const x = variable(values);
      const y = op(x);
      // a gradient of one's own is never written to; that of mul belongs to the walk
      if (kept) y.backward({ gradient: slopes });
      else y.mul(slopes).sum().backward();
      return bits(x.grad!);
    });
    expect(gradients[1]).toEqual(gradients[0]);
  });

  it("leaves alone the gradient that was given, and one that is asked for itself", () => {
    const x = variable([-1, 2]);
    const slopes = variable([3, 5]).detach();
    relu(x).backward({ gradient: slopes });
    expect([slopes.toArray(), x.grad!.toArray()]).toEqual([
      [3, 5],
      [0, 5],
    ]);
    const y = relu(x);
    const [dy, dx] = grad(y.mul(slopes).sum(), [y, x]);
    expect([dy!.toArray(), dx!.toArray()]).toEqual([
      [3, 5],
      [0, 5],
    ]);
  });

  it("leaves alone one that flows to two places", () => {
    const x = variable([-1, 2]);
    const w = variable([1, 1]);
    relu(x).add(w).mul(3).sum().backward();
    expect([x.grad!.toArray(), w.grad!.toArray()]).toEqual([
      [0, 3],
      [3, 3],
    ]);
  });
});

describe("the gradients of a recurrent layer in the place of its gates", () => {
  const layers = {
    rnn: () => new nn.RNN(3, 5),
    lstm: () => new nn.LSTM(3, 5, { bidirectional: true }),
    projected: () => new nn.LSTM(3, 5, { projSize: 2, numLayers: 2 }),
    gru: () => new nn.GRU(3, 5, { bidirectional: true, batchFirst: true }),
  };
  const sequences = {
    even: () => randn([6, 4, 3]),
    packed: () => packSequence([randn([6, 3]), randn([4, 3]), randn([4, 3])]),
  };
  const cases = Object.entries(layers).flatMap(([name, make]) =>
    Object.entries(sequences).map(([kind, x]) => [`${name}, ${kind} sequences`, make, x] as const),
  );

  it.each(cases)("%s: the same bits with retainGraph and without, and twice", (_, make, input) => {
    seed(2);
    const layer = make();
    const x = input();
    const found = [true, false].map((retainGraph) => {
      layer.zeroGrad();
      const [y, state] = layer.call(x as never) as unknown as [Tensor | { data: Tensor }, Tensor | Tensor[]];
      const parts = ["size" in y ? y : y.data, ...[state].flat()];
      const loss = parts.map((part) => part.square().sum()).reduce((a, b) => a.add(b));
      loss.backward({ retainGraph });
      const once = layer.parameters().map((p) => bits(p.grad!));
      if (!retainGraph) return once;
      layer.zeroGrad();
      loss.backward();
      expect(layer.parameters().map((p) => bits(p.grad!))).toEqual(once);
      return once;
    });
    expect(found[1]).toEqual(found[0]);
  });
});

it("fit lets go of what the forward made, unless backward needs it", async () => {
  const seen: Tensor[] = [];
  class Net extends nn.Module {
    layer = new nn.Linear(2, 2);
    forward(x: Tensor): Tensor {
      seen.push(this.layer.call(x));
      return seen.at(-1)!.add(1);
    }
  }
  const model = new Net();
  const released: boolean[] = [];
  const metric = (y: Tensor, target: Tensor): number => {
    released.push(seen.at(-1)!.disposed);
    return tidy(() => mse(y, target)).item();
  };
  const options = { loss: mse, optimizer: new optim.SGD(model.parameters()), metrics: { metric }, epochs: 1 };
  await fit(model, new Dataset(randn([4, 2]), randn([4, 2])), options);
  expect(released).toEqual([true]);
});
