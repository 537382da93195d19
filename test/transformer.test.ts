// Attention in several heads, the layers of a transformer and stacks of them: paths that must agree, masks, copies, names.
// Values are checked against PyTorch by the reference vectors.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { noGrad } from "../src/autograd.ts";
import { backward } from "../src/backward.ts";
import { memory } from "../src/memory.ts";
import { MultiheadAttention } from "../src/nn/attention.ts";
import { copyModule } from "../src/nn/copy.ts";
import { Linear } from "../src/nn/linear.ts";
import { LayerNorm } from "../src/nn/norm.ts";
import { buffer } from "../src/nn/parameter.ts";
import { Sequential } from "../src/nn/sequential.ts";
import { TransformerDecoderLayer, TransformerEncoderLayer } from "../src/nn/transformer.ts";
import { Transformer, TransformerDecoder, TransformerEncoder } from "../src/nn/transformer-stack.ts";
import { gelu } from "../src/ops/activation.ts";
import { ones, tensor } from "../src/ops/create.ts";
import { randn } from "../src/ops/create-random.ts";
import { transpose } from "../src/ops/permute.ts";
import { sum } from "../src/ops/reduce.ts";
import { select, slice } from "../src/ops/slice.ts";
import { seed } from "../src/random.ts";
import { tidy } from "../src/scope.ts";
import type { Tensor } from "../src/tensor.ts";

function expectClose(got: Tensor, want: Tensor, tolerance = 2e-6): void {
  expect(got.shape).toEqual(want.shape);
  const worst = [...want.data].reduce((most, w, i) => Math.max(most, Math.abs(w - got.data[i]!)), 0);
  expect(worst).toBeLessThan(tolerance);
}

const causal = Transformer.generateSquareSubsequentMask;

describe("MultiheadAttention", () => {
  const layer = new MultiheadAttention(8, 2, { batchFirst: true });
  const [x, z] = [randn([3, 5, 8]), randn([3, 6, 8])];

  it("gives the same result with the weights and without", () => {
    const [y, weights] = layer.call(x, z, z);
    const [fused, none] = layer.call(x, z, z, { needWeights: false });
    expectClose(fused, y);
    expect(weights!.shape).toEqual([3, 5, 6]);
    expect(none).toBeNull();
    expectClose(sum(weights!, { axis: -1 }), ones([3, 5]));
  });

  it("returns the weights of each head where they are not averaged", () => {
    const [, weights] = layer.call(x, z, z, { averageAttnWeights: false });
    expect(weights!.shape).toEqual([3, 2, 5, 6]);
  });

  it("takes the batch second by default, and no batch at all", () => {
    const second = new MultiheadAttention(8, 2);
    second.loadStateDict(layer.stateDict());
    const [y] = layer.call(x, z, z);
    expectClose(transpose(second.call(transpose(x, 0, 1), transpose(z, 0, 1), transpose(z, 0, 1))[0], 0, 1), y);
    const one = select(z, 1);
    const [alone, weights] = second.call(select(x, 1), one, one);
    expectClose(alone, select(y, 1));
    expect(weights!.shape).toEqual([5, 6]);
  });

  it("leaves out what a mask names true, as it does keys that are not there", () => {
    const padding = tensor(
      Array.from({ length: 18 }, (_, i) => i % 6 >= 4),
      { shape: [3, 6] },
    );
    const short = slice(z, { axis: 1, stop: 4 });
    const [want] = layer.call(x, short, short);
    for (const needWeights of [true, false]) {
      expectClose(layer.call(x, z, z, { keyPaddingMask: padding, needWeights })[0], want);
      const attnMask = tensor(
        Array.from({ length: 30 }, (_, i) => i % 6 >= 4),
        { shape: [5, 6] },
      );
      expectClose(layer.call(x, z, z, { attnMask, needWeights })[0], want);
      expectClose(layer.call(x, z, z, { attnMask, keyPaddingMask: padding, needWeights })[0], want);
    }
  });

  it("isCausal is the causal mask, with the weights and without, with padding too", () => {
    const attnMask = causal(5);
    const keyPaddingMask = tensor(
      Array.from({ length: 15 }, (_, i) => i % 5 === 4),
      { shape: [3, 5] },
    );
    const [want] = layer.call(x, x, x, { attnMask });
    for (const needWeights of [true, false]) {
      expectClose(layer.call(x, x, x, { isCausal: true, needWeights })[0], want);
      expectClose(layer.call(x, x, x, { isCausal: true, attnMask, needWeights })[0], want);
    }
    expectClose(
      layer.call(x, x, x, { isCausal: true, keyPaddingMask, needWeights: false })[0],
      layer.call(x, x, x, { attnMask, keyPaddingMask })[0],
    );
  });

  it("names its parameters as PyTorch does", () => {
    const names = (options: object): string[] => Object.keys(new MultiheadAttention(4, 2, options).stateDict());
    const out = ["out_proj.weight", "out_proj.bias"];
    expect(names({})).toEqual(["in_proj_weight", "in_proj_bias", ...out]);
    expect(names({ bias: false })).toEqual(["in_proj_weight", "out_proj.weight"]);
    const apart = ["q_proj_weight", "k_proj_weight", "v_proj_weight", "in_proj_bias", "bias_k", "bias_v", ...out];
    expect(names({ kdim: 3, addBiasKv: true })).toEqual(apart);
  });

  it("attends to one more key for addBiasKv and for addZeroAttn", () => {
    const more = new MultiheadAttention(8, 2, { batchFirst: true, addBiasKv: true, addZeroAttn: true });
    const [, weights] = more.call(x, z, z, { attnMask: tensor(new Array(30).fill(true), { shape: [5, 6] }) });
    expect(weights!.shape).toEqual([3, 5, 8]);
    expect([...slice(weights!, { axis: 2, stop: 6 }).data].every((w) => w === 0)).toBe(true);
  });

  it("drops weights in training only", () => {
    const dropping = new MultiheadAttention(8, 2, { batchFirst: true, dropout: 0.5 });
    dropping.loadStateDict(layer.stateDict());
    const [want] = layer.call(x, x, x);
    for (const needWeights of [true, false]) {
      expect([...dropping.train().call(x, x, x, { needWeights })[0].data]).not.toEqual([...want.data]);
      expectClose(dropping.eval().call(x, x, x, { needWeights })[0], want);
    }
  });

  it("leaves nothing behind but what it returns", () => {
    const before = memory().tensors;
    const [y, weights] = noGrad(() => layer.call(x, z, z));
    expect(memory().tensors - before).toBe(2);
    y.dispose();
    weights!.dispose();
    expect(memory().tensors).toBe(before);
  });
});

describe("the layers of a transformer", () => {
  const options = { dimFeedforward: 16, dropout: 0, activation: gelu, batchFirst: true };

  it("an encoder layer sees no later position with isCausal", () => {
    const layer = new TransformerEncoderLayer(8, 2, options);
    const x = randn([2, 6, 8]);
    const y = layer.call(x, { isCausal: true });
    expectClose(layer.call(x, { srcMask: causal(6) }), y);
    const start = layer.call(slice(x, { axis: 1, stop: 3 }), { isCausal: true });
    expectClose(slice(y, { axis: 1, stop: 3 }), start);
  });

  it("a decoder layer attends to the memory, with a mask of its padding", () => {
    const layer = new TransformerDecoderLayer(8, 2, { ...options, normFirst: true });
    const [x, z] = [randn([2, 4, 8]), randn([2, 5, 8])];
    const memoryKeyPaddingMask = tensor(
      Array.from({ length: 10 }, (_, i) => i % 5 > 2),
      { shape: [2, 5] },
    );
    const y = layer.call(x, z, { tgtIsCausal: true, memoryKeyPaddingMask });
    expectClose(layer.call(x, slice(z, { axis: 1, stop: 3 }), { tgtMask: causal(4) }), y);
  });

  it("take a module for the activation, and no biases", () => {
    const layer = new TransformerEncoderLayer(4, 1, { ...options, bias: false });
    expect(Object.keys(layer.stateDict()).filter((name) => name.includes("bias"))).toEqual([]);
    const module = new TransformerEncoderLayer(4, 1, { ...options, activation: new Sequential(gelu) });
    expect(Object.keys(module.stateDict()).at(-1)).toBe("norm2.bias");
    expect(module.call(ones([1, 2, 4])).shape).toEqual([1, 2, 4]);
  });

  it("drop in training: the same seed, the same result", () => {
    const layer = new TransformerEncoderLayer(8, 2, { ...options, dropout: 0.3 });
    const x = randn([2, 3, 8]);
    const run = (): number[] => {
      seed(4);
      return [...layer.call(x).data];
    };
    expect(run()).toEqual(run());
    expect(run()).not.toEqual([...layer.eval().call(x).data]);
  });
});

describe("stacks", () => {
  const pattern = (): TransformerEncoderLayer =>
    new TransformerEncoderLayer(8, 2, { dimFeedforward: 16, dropout: 0, batchFirst: true });

  it("an encoder holds copies that start alike and train apart", () => {
    const layer = pattern();
    const encoder = new TransformerEncoder(layer, 2, { norm: new LayerNorm(8) });
    const x = randn([2, 3, 8]);
    const want = encoder.norm!.call(layer.call(layer.call(x)));
    expectClose(encoder.call(x), want);
    backward(sum(encoder.call(x)), {});
    expect(layer.linear1.weight.grad).toBeNull();
    const [first, second] = encoder.layers;
    expect(first!.linear1.weight.grad).not.toBeNull();
    expect([...first!.linear1.weight.grad!.data]).not.toEqual([...second!.linear1.weight.grad!.data]);
    expect(encoder.parameters().length).toBe(2 * layer.parameters().length + 2);
  });

  it("hand their masks to every layer", () => {
    const encoder = new TransformerEncoder(pattern(), 2);
    const x = randn([2, 4, 8]);
    const y = encoder.call(x, { isCausal: true });
    expectClose(encoder.call(x, { mask: causal(4) }), y);
    const decoder = new TransformerDecoder(new TransformerDecoderLayer(8, 2, { dropout: 0, batchFirst: true }), 2);
    expectClose(decoder.call(x, x, { tgtMask: causal(4) }), decoder.call(x, x, { tgtIsCausal: true }));
  });

  it("Transformer is its encoder, then its decoder", () => {
    const sizes = { dModel: 8, nhead: 2, numEncoderLayers: 2, numDecoderLayers: 1, dimFeedforward: 8, dropout: 0 };
    const before = memory().tensors;
    const model = new Transformer(sizes);
    expect(memory().tensors - before).toBe(model.parameters().length);
    const [src, tgt] = [randn([5, 2, 8]), randn([4, 2, 8])];
    const encoder = model.encoder as TransformerEncoder;
    const decoder = model.decoder as TransformerDecoder;
    const y = model.call(src, tgt, { tgtIsCausal: true, srcMask: causal(5) });
    expectClose(y, decoder.call(tgt, encoder.call(src, { mask: causal(5) }), { tgtIsCausal: true }));
    const bound = Math.sqrt(6 / (8 + 24));
    expect([...encoder.layers[0]!.selfAttn.inProjWeight!.data].every((w) => Math.abs(w) <= bound)).toBe(true);
  });

  it("a square subsequent mask is 0 up to the diagonal, -infinity above it", () => {
    expect(causal(2).toArray()).toEqual([
      [0, -Infinity],
      [0, 0],
    ]);
  });
});

it("a copy of a module keeps its class, options, values, sharing and what is frozen", () => {
  tidy(() => {
    const shared = new Linear(2, 2);
    const model = Object.assign(new Sequential(shared, gelu, shared), { steps: buffer(ones([1])) });
    shared.bias!.requiresGrad = false;
    const own = copyModule(model);
    expect(String(own)).toBe(String(model));
    expect(own.at(0)).toBe(own.at(2));
    expect(own.at(0)).not.toBe(shared);
    expect(own.at(1)).toBe(gelu);
    const [a, b] = [model.stateDict(), own.stateDict()];
    expect(Object.keys(b)).toEqual(Object.keys(a));
    for (const [name, t] of Object.entries(a)) {
      expect(b[name]!.ptr).not.toBe(t.ptr);
      expect(b[name]!.toArray()).toEqual(t.toArray());
      expect(b[name]!.requiresGrad).toBe(t.requiresGrad);
    }
  });
});
