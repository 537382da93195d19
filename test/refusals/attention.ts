// Bad input to attention and to the layers made of it.
import { nn, ones, scaledDotProductAttention, tensor } from "../../src/entry.ts";

type Row = [call: () => unknown, message: string];

const q = ones([2, 3, 4]);
const ids = tensor([[1, 2]], { dtype: "int32" });
const attend = scaledDotProductAttention;
const layer = new nn.MultiheadAttention(4, 2);
const encoder = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 4 });
const decoder = new nn.TransformerDecoderLayer(4, 2, { dimFeedforward: 4 });
const bad = (value: unknown): never => value as never;

const ofLayers = (name: "TransformerEncoderLayer" | "TransformerDecoderLayer"): Row[] => {
  const Kind = nn[name];
  return [
    [() => new Kind(4, 3), "MultiheadAttention: expected numHeads to divide embedDim, got 3 and 4"],
    [() => new Kind(0, 1), `${name}: expected dModel at least 1`],
    [() => new Kind(4, bad("2")), `${name}: expected nhead to be an integer`],
    [() => new Kind(4, 2, { dimFeedforward: 0 }), `${name}: expected dimFeedforward at least 1`],
    [() => new Kind(4, 2, { dropout: 2 }), "MultiheadAttention: expected dropout from 0 to 1, got 2"],
    [() => new Kind(4, 2, { activation: bad("gelu") }), `${name}: expected activation to be a function or a module`],
    [() => new Kind(4, 2, bad({ dim: 1 })), `${name}: unknown option "dim"`],
  ];
};

const ofStacks = (name: "TransformerEncoder" | "TransformerDecoder", inner: nn.Module): Row[] => {
  const Kind = nn[name];
  return [
    [() => new Kind(bad(nn.Linear), 2), `${name}: expected layer to be a module, got a function`],
    [() => new Kind(bad(inner), -1), `${name}: expected numLayers at least 0`],
    [() => new Kind(bad(inner), 1, { norm: bad(1) }), `${name}: expected norm to be a module or null, got 1`],
    [() => new Kind(bad(inner), 1, bad({ normal: 1 })), `${name}: unknown option "normal"`],
  ];
};

export const refusals: Record<string, Row[]> = {
  scaledDotProductAttention: [
    [() => attend(bad(1), q, q), "scaledDotProductAttention: expected q to be a tensor, got 1"],
    [() => attend(q, ids, q), "scaledDotProductAttention: expected k to be float32, got int32"],
    [() => attend(q, q, ones([4])), "scaledDotProductAttention: expected v of at least 2 axes, got [4]"],
    [
      () => attend(q, ones([3, 5]), q),
      "scaledDotProductAttention: expected q [..., L, E], k [..., S, E] and v [..., S, Ev] that match, got [2, 3, 4], [3, 5]",
    ],
    [() => attend(q, q, ones([5, 4])), "scaledDotProductAttention: expected q [..., L, E], k [..., S, E] and v"],
    [() => attend(q, ones([3, 3, 4]), q), "scaledDotProductAttention: expected shapes that broadcast together"],
    [() => attend(q, q, q, { attnMask: ids }), "scaledDotProductAttention: expected attnMask to be bool or float32"],
    [
      () => attend(q, q, q, { attnMask: ones([2, 2]) }),
      "scaledDotProductAttention: expected attnMask that broadcasts to [2, 3, 3], got [2, 2]",
    ],
    [
      () => attend(q, q, q, { attnMask: ones([3, 3]), isCausal: true }),
      "scaledDotProductAttention: expected no attnMask with isCausal",
    ],
    [() => attend(q, q, q, { dropoutP: 1.5 }), "scaledDotProductAttention: expected dropoutP from 0 to 1, got 1.5"],
    [() => attend(q, q, q, { scale: bad("1") }), "scaledDotProductAttention: expected scale to be a number"],
    [() => attend(q, q, q, bad({ mask: 1 })), 'scaledDotProductAttention: unknown option "mask"'],
  ],
  "nn.MultiheadAttention": [
    [() => new nn.MultiheadAttention(5, 2), "MultiheadAttention: expected numHeads to divide embedDim, got 2 and 5"],
    [() => new nn.MultiheadAttention(0, 1), "MultiheadAttention: expected embedDim at least 1, got 0"],
    [() => new nn.MultiheadAttention(4, 2, { dropout: -1 }), "MultiheadAttention: expected dropout from 0 to 1"],
    [() => new nn.MultiheadAttention(4, 2, { kdim: 0 }), "MultiheadAttention: expected kdim at least 1, got 0"],
    [() => new nn.MultiheadAttention(4, 2, bad({ heads: 2 })), 'MultiheadAttention: unknown option "heads"'],
    [() => layer.call(bad(1), q, q), "MultiheadAttention: expected query to be a tensor, got 1"],
    [
      () => layer.call(q, q, ones([2, 3, 5])),
      "MultiheadAttention: expected query, key, value of [2, 3, 4], [2, 3, 4], [2, 3, 4], got [2, 3, 4], [2, 3, 4], [2, 3, 5]",
    ],
    [() => layer.call(q, ones([5, 4]), q), "MultiheadAttention: expected query, key, value of"],
    [() => layer.call(ones([4]), ones([4]), ones([4])), "MultiheadAttention: expected query, key, value of"],
    [
      () => layer.call(q, q, q, { attnMask: ones([3, 3]) }),
      "MultiheadAttention: expected attnMask of shape [2, 2] or [6, 2, 2], got [3, 3]",
    ],
    [
      () => layer.call(q, q, q, { keyPaddingMask: ones([2, 3]) }),
      "MultiheadAttention: expected keyPaddingMask of shape [3, 2], got [2, 3]",
    ],
    [() => layer.call(q, q, q, { attnMask: ids }), "MultiheadAttention: expected attnMask to be bool or float32"],
    [() => layer.call(q, q, q, bad({ mask: 1 })), 'MultiheadAttention: unknown option "mask"'],
  ],
  "nn.TransformerEncoderLayer": [
    ...ofLayers("TransformerEncoderLayer"),
    [() => encoder.call(q, bad({ mask: 1 })), 'TransformerEncoderLayer: unknown option "mask"'],
    [() => encoder.call(ones([2, 3, 5])), "self_attn: expected query, key, value of [2, 3, 4]"],
  ],
  "nn.TransformerDecoderLayer": [
    ...ofLayers("TransformerDecoderLayer"),
    [() => decoder.call(q, q, bad({ mask: 1 })), 'TransformerDecoderLayer: unknown option "mask"'],
    [() => decoder.call(q, ones([2, 3, 5])), "multihead_attn: expected query, key, value of"],
  ],
  "nn.TransformerEncoder": ofStacks("TransformerEncoder", encoder),
  "nn.TransformerDecoder": ofStacks("TransformerDecoder", decoder),
  "nn.Transformer": [
    [() => new nn.Transformer({ dModel: 4, nhead: 3 }), "MultiheadAttention: expected numHeads to divide embedDim"],
    [() => new nn.Transformer(bad({ heads: 3 })), 'Transformer: unknown option "heads"'],
    [() => nn.Transformer.generateSquareSubsequentMask(-1), "Mask: expected size at least 0, got -1"],
  ],
};
