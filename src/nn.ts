// The public namespace `nn`: layers, the base to make more of them, and initialisers. Names only.
export { GELU, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh } from "./nn/activations.ts";
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type ChannelNormOptions,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
} from "./nn/batch-norm.ts";
export { Bilinear, CosineSimilarity, PairwiseDistance } from "./nn/bilinear.ts";
export { ModuleDict, ModuleList, ParameterDict, ParameterList } from "./nn/containers.ts";
export { Conv2d } from "./nn/conv.ts";
export { Dropout } from "./nn/dropout.ts";
export { Embedding, EmbeddingBag } from "./nn/embedding.ts";
export { Flatten, Identity } from "./nn/flatten.ts";
export type { HookHandle } from "./nn/hooks.ts";
export * as init from "./nn/init.ts";
export { Linear } from "./nn/linear.ts";
export { type Layer, Module } from "./nn/module.ts";
export { GroupNorm, LayerNorm, LocalResponseNorm, RMSNorm } from "./nn/norm.ts";
export { buffer } from "./nn/parameter.ts";
export { AvgPool2d, MaxPool2d } from "./nn/pool.ts";
export { GRU, LSTM, RNN } from "./nn/rnn.ts";
export { GRUCell, LSTMCell, RNNCell } from "./nn/rnn-cells.ts";
export { Sequential, type SequentialItem } from "./nn/sequential.ts";
export type { LoadResult, StateDict } from "./nn/state.ts";
