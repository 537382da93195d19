// Bad input to norms, tables of vectors and containers.
import * as sedge from "../../src/entry.ts";

const { nn, ones, tensor } = sedge;

type Row = [call: () => unknown, message: string];
type Loose = (...args: unknown[]) => unknown;

/** What a program without types may call. */
const loose = (fn: unknown): Loose => fn as Loose;
/** What a program without types may construct. */
const make = (kind: unknown, ...args: unknown[]): unknown => Reflect.construct(kind as new () => unknown, args);

const x = ones([2, 3]);
const image = ones([2, 4, 5, 5]);
const c = ones([4]);
const ids = tensor([0, 1], { dtype: "int32" });
const table = ones([3, 2]);

/** What batch and instance norm have in common. */
const running = (name: string, own: object): Row[] => {
  const op = loose(Reflect.get(sedge, name));
  return [
    [() => op(ids, null, null), `${name}: expected x to be float32, got int32`],
    [() => op(ones([3]), null, null), `${name}: expected x of shape [N, C, ...]`],
    [() => op(image, ones([3]), c), `${name}: expected runningMean of shape [4], got [3]`],
    [() => op(image, c, 1), `${name}: expected runningVar to be a tensor, got 1`],
    [() => op(image, c, c, ones([2, 2])), `${name}: expected weight of shape [4], got [2, 2]`],
    [() => op(image, c, c, c, ids), `${name}: expected bias to be float32, got int32`],
    [() => op(image, c, c, null, null, { eps: "1" }), `${name}: expected eps to be a number, got "1"`],
    [() => op(image, c, c, null, null, { axis: 1 }), `${name}: unknown option "axis"`],
    [() => op(ones([1, 4, 1]), null, null, null, null, own), `${name}: expected x of more than one value`],
  ];
};

/** What the layers with statistics have in common. */
const channels = (name: string, wrong: sedge.Tensor, wanted: string): Record<string, Row[]> => {
  const kind = Reflect.get(nn, name) as new (n: number) => sedge.nn.Layer;
  return {
    [`nn.${name}`]: [
      [() => make(kind, 0), `${name}: expected numFeatures at least 1, got 0`],
      [() => make(kind, 2, { affine: 1 }), `${name}: expected affine to be a boolean, got 1`],
      [() => make(kind, 2, { trackStats: true }), `${name}: unknown option "trackStats"`],
      [() => make(kind, 2, { momentum: "a" }), `${name}: expected momentum to be a number, got "a"`],
      [() => new kind(4).call(wrong), `${name}: expected x of ${wanted}`],
      [() => new kind(4).call(ids), `${name}: expected x to be float32, got int32`],
    ],
  };
};

export const refusals: Record<string, Row[]> = {
  layerNorm: [
    [() => loose(sedge.layerNorm)([1], 1), "layerNorm: expected x to be a tensor, got [1]"],
    [() => sedge.layerNorm(ids, 2), "layerNorm: expected x to be float32, got int32"],
    [() => sedge.layerNorm(x, 4), "layerNorm: expected x of shape [..., 4], got [2, 3]"],
    [() => sedge.layerNorm(x, [5, 2, 3]), "layerNorm: expected x of shape [..., 5, 2, 3], got [2, 3]"],
    [() => sedge.layerNorm(x, []), "layerNorm: expected normalizedShape of at least one axis"],
    [() => loose(sedge.layerNorm)(x, "3"), "layerNorm: expected normalizedShape to be an array of sizes"],
    [() => sedge.layerNorm(x, 3, c), "layerNorm: expected weight of shape [3], got [4]"],
    [() => sedge.layerNorm(x, 3, null, x), "layerNorm: expected bias of shape [3], got [2, 3]"],
    [() => loose(sedge.layerNorm)(x, 3, null, null, { epsilon: 1 }), 'layerNorm: unknown option "epsilon"'],
  ],
  rmsNorm: [
    [() => sedge.rmsNorm(ids, 2), "rmsNorm: expected x to be float32, got int32"],
    [() => sedge.rmsNorm(x, 2), "rmsNorm: expected x of shape [..., 2], got [2, 3]"],
    [() => sedge.rmsNorm(x, 3, c), "rmsNorm: expected weight of shape [3], got [4]"],
    [() => loose(sedge.rmsNorm)(x, 3, null, { eps: null }), "rmsNorm: expected eps to be a number, got null"],
  ],
  groupNorm: [
    [() => sedge.groupNorm(ids, 2), "groupNorm: expected x to be float32, got int32"],
    [() => sedge.groupNorm(ones([4]), 2), "groupNorm: expected x of shape [N, C, ...]"],
    [() => sedge.groupNorm(image, 3), "groupNorm: expected numGroups to divide 4 channels, got 3"],
    [() => sedge.groupNorm(image, 0), "groupNorm: expected numGroups at least 1, got 0"],
    [() => sedge.groupNorm(image, 2, ones([2])), "groupNorm: expected weight of shape [4], got [2]"],
    [() => sedge.groupNorm(ones([1, 4, 1]), 4), "groupNorm: expected x of more than one value"],
  ],
  localResponseNorm: [
    [() => sedge.localResponseNorm(x, 2), "localResponseNorm: expected x of shape [N, C, ...] with 3 axes"],
    [() => sedge.localResponseNorm(image, 0), "localResponseNorm: expected size at least 1, got 0"],
    [() => loose(sedge.localResponseNorm)(image, 2, { gamma: 1 }), 'localResponseNorm: unknown option "gamma"'],
  ],
  batchNorm: [
    ...running("batchNorm", { training: true }),
    [() => sedge.batchNorm(image, c, null), "batchNorm: expected runningMean and runningVar"],
    [() => loose(sedge.batchNorm)(image, c, c, null, null, { training: 1 }), "batchNorm: expected training to be"],
  ],
  instanceNorm: [
    ...running("instanceNorm", {}),
    [
      () => sedge.instanceNorm(image, null, null, null, null, { useInputStats: false }),
      "instanceNorm: expected runningMean and runningVar",
    ],
  ],
  embedding: [
    [() => sedge.embedding(x, table), "embedding: expected ids to be int32, got float32"],
    [() => sedge.embedding(ids, c), "embedding: expected weight of shape [V, D], got [4]"],
    [
      () => sedge.embedding(tensor([3], { dtype: "int32" }), table),
      "embedding: expected ids of at least 0 and below 3",
    ],
    [() => sedge.embedding(ids, table, { paddingIdx: 3 }), "embedding: expected paddingIdx from -3 to 2, got 3"],
    [() => sedge.embedding(ids, table, { maxNorm: -1 }), "embedding: expected maxNorm at least 0, got -1"],
    [
      () => loose(sedge.embedding)(ids, table, { normType: "2" }),
      'embedding: expected normType to be a number, got "2"',
    ],
    [() => loose(sedge.embedding)(ids, table, { sparse: true }), 'embedding: unknown option "sparse"'],
  ],
  embeddingBag: [
    [() => sedge.embeddingBag(x, table), "embeddingBag: expected ids to be int32, got float32"],
    [() => sedge.embeddingBag(ids, c, ids), "embeddingBag: expected weight of shape [V, D], got [4]"],
    [() => sedge.embeddingBag(ids, table), "embeddingBag: expected offsets to be a tensor, got null"],
    [() => sedge.embeddingBag(ids, table, c), "embeddingBag: expected offsets to be int32, got float32"],
    [() => sedge.embeddingBag(ids.reshape([1, 2]), table, ids), "embeddingBag: expected ids [B, L], or ids [n]"],
    [
      () => sedge.embeddingBag(ids, table, tensor([1], { dtype: "int32" })),
      "embeddingBag: expected ids [B, L], or ids [n] with offsets [B] from 0 up to n, got ids [2] and offsets [1]",
    ],
    [
      () => sedge.embeddingBag(ids, table, tensor([0, 3], { dtype: "int32" })),
      "embeddingBag: expected ids [B, L], or ids [n] with offsets [B] from 0 up to n, got ids [2] and offsets [0, 3]",
    ],
    [
      () => sedge.embeddingBag(ids, table, tensor([0, 2, 1], { dtype: "int32" })),
      "embeddingBag: expected ids [B, L], or",
    ],
    [() => loose(sedge.embeddingBag)(ids, table, ids, { mode: "avg" }), 'embeddingBag: expected mode "sum", "mean"'],
    [
      () => sedge.embeddingBag(ids, table, ids, { perSampleWeights: ones([2]) }),
      'embeddingBag: expected perSampleWeights of shape [2], and mode "sum", got [2] and "mean"',
    ],
    [
      () => sedge.embeddingBag(ids, table, ids, { mode: "sum", perSampleWeights: ones([3]) }),
      'embeddingBag: expected perSampleWeights of shape [2], and mode "sum", got [3] and "sum"',
    ],
    [
      () => sedge.embeddingBag(ids, table, ids, { mode: "max", scaleGradByFreq: true }),
      'embeddingBag: expected no scaleGradByFreq for mode "max"',
    ],
    [
      () => sedge.embeddingBag(ids, table, tensor([], { dtype: "int32" }), { includeLastOffset: true }),
      "embeddingBag: expected ids [B, L], or ids [n] with offsets",
    ],
  ],
  "nn.LayerNorm": [
    [() => make(nn.LayerNorm), "LayerNorm: expected normalizedShape to be an array of sizes, got undefined"],
    [() => make(nn.LayerNorm, []), "LayerNorm: expected normalizedShape of at least one axis"],
    [() => make(nn.LayerNorm, 3, { affine: false }), 'LayerNorm: unknown option "affine"'],
    [() => make(nn.LayerNorm, 3, { bias: 0 }), "LayerNorm: expected bias to be a boolean, got 0"],
    [() => new nn.LayerNorm(4).call(x), "layerNorm: expected x of shape [..., 4], got [2, 3]"],
  ],
  "nn.RMSNorm": [
    [() => make(nn.RMSNorm, -1), "RMSNorm: expected normalizedShape of sizes at least 0, got [-1]"],
    [() => make(nn.RMSNorm, 3, { bias: true }), 'RMSNorm: unknown option "bias"'],
  ],
  "nn.GroupNorm": [
    [() => make(nn.GroupNorm, 0, 4), "GroupNorm: expected numGroups at least 1, got 0"],
    [() => make(nn.GroupNorm, 3, 4), "GroupNorm: expected numGroups to divide 4 channels, got 3"],
    [() => make(nn.GroupNorm, 1, 4, { affine: "no" }), 'GroupNorm: expected affine to be a boolean, got "no"'],
  ],
  "nn.LocalResponseNorm": [
    [() => make(nn.LocalResponseNorm, 0), "LocalResponseNorm: expected size at least 1, got 0"],
    [() => make(nn.LocalResponseNorm, 2, { a: 1 }), 'LocalResponseNorm: unknown option "a"'],
  ],
  ...channels("BatchNorm1d", image, "rank 2 or 3 with 4 channels, got [2, 4, 5, 5]"),
  ...channels("BatchNorm2d", x, "rank 4 with 4 channels, got [2, 3]"),
  ...channels("BatchNorm3d", image, "rank 5 with 4 channels, got [2, 4, 5, 5]"),
  ...channels("InstanceNorm1d", image, "rank 2 or 3 with 4 channels, got [2, 4, 5, 5]"),
  ...channels("InstanceNorm2d", x, "rank 3 or 4 with 4 channels, got [2, 3]"),
  ...channels("InstanceNorm3d", image, "rank 4 or 5 with 4 channels, got [2, 4, 5, 5]"),
  "nn.Embedding": [
    [() => make(nn.Embedding, 0, 2), "Embedding: expected numEmbeddings at least 1, got 0"],
    [() => make(nn.Embedding, 3, 2, { paddingIdx: 3 }), "Embedding: expected paddingIdx from -3 to 2, got 3"],
    [() => make(nn.Embedding, 3, 2, { maxNorm: -1 }), "Embedding: expected maxNorm at least 0, got -1"],
    [() => nn.Embedding.fromPretrained(c), "fromPretrained: expected embeddings [V, D], got [4]"],
    [() => loose(nn.Embedding.fromPretrained)(table, { freeze: 1 }), "fromPretrained: expected freeze to be a boolean"],
  ],
  "nn.EmbeddingBag": [
    [() => make(nn.EmbeddingBag, 3, 0), "EmbeddingBag: expected embeddingDim at least 1, got 0"],
    [() => make(nn.EmbeddingBag, 3, 2, { mode: "avg" }), 'EmbeddingBag: expected mode "sum", "mean" or "max"'],
    [() => make(nn.EmbeddingBag, 3, 2, { sparse: true }), 'EmbeddingBag: unknown option "sparse"'],
    [() => nn.EmbeddingBag.fromPretrained(ids), "fromPretrained: expected embeddings to be float32, got int32"],
  ],
  "nn.Sequential": [
    [() => make(nn.Sequential, { a: 1 }), "Sequential: expected layer 0 to be a module or a function, got 1"],
    [() => make(nn.Sequential, [new nn.ReLU()]), "Sequential: expected layer 0 to be a module or a function, got"],
    [() => new nn.Sequential().append(1 as never), "Sequential: expected layer 0"],
    [() => new nn.Sequential().insert(1, new nn.ReLU()), "insert: expected i from 0 to 0, got 1"],
  ],
  "nn.ModuleList": [
    [() => make(nn.ModuleList, [1]), "ModuleList: expected layer 0 to be a module, got 1"],
    [() => make(nn.ModuleList, 3), "ModuleList: expected an array, got 3"],
    [() => new nn.ModuleList().at(0), "at: expected a position from 0 to -1, got 0"],
    [() => new nn.ModuleList().call(), "ModuleList: expected a call of what it holds"],
  ],
  "nn.ModuleDict": [
    [() => make(nn.ModuleDict, { a: 1 }), 'ModuleDict: expected "a" to be a module, got 1'],
    [() => make(nn.ModuleDict, []), "ModuleDict: expected an object of parts by name, got []"],
    [() => new nn.ModuleDict({ "a.b": new nn.ReLU() }), 'set: expected name to be text without a dot, got "a.b"'],
    [() => new nn.ModuleDict({ a: new nn.ReLU() }).get("b"), 'get: expected name to be one of a, got "b"'],
  ],
  "nn.ParameterList": [
    [() => make(nn.ParameterList, [x]), "ParameterList: expected layer 0 to be a leaf tensor that requires"],
    [() => make(nn.ParameterList, "a"), 'ParameterList: expected an array, got "a"'],
  ],
  "nn.ParameterDict": [
    [
      () => make(nn.ParameterDict, { w: 1 }),
      'ParameterDict: expected "w" to be a leaf tensor that requires gradients, got 1',
    ],
    [() => make(nn.ParameterDict, null), "ParameterDict: expected an object of parts by name, got null"],
  ],
};
