// The public namespace `nn`: layers, the base to make more of them, and initialisers. Names only.

export {
  GELU,
  GLU,
  LeakyReLU,
  LogSigmoid,
  Mish,
  ReLU,
  Sigmoid,
  SiLU,
  Softplus,
  Softsign,
  Tanh,
  Tanhshrink,
} from "./nn/activations.ts";
export { Bilinear, CosineSimilarity, PairwiseDistance } from "./nn/bilinear.ts";
export { Conv2d } from "./nn/conv.ts";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from "./nn/dropout.ts";
export { Embedding } from "./nn/embedding.ts";
export { Flatten, Identity, Unflatten } from "./nn/flatten.ts";
export * as init from "./nn/init.ts";
export { Linear } from "./nn/linear.ts";
export { type Layer, Module } from "./nn/module.ts";
export { ConstantPad1d, ConstantPad2d, ConstantPad3d, ZeroPad1d, ZeroPad2d, ZeroPad3d } from "./nn/pad.ts";
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
} from "./nn/pad-modes.ts";
export { buffer } from "./nn/parameter.ts";
export { Hardshrink, Hardsigmoid, Hardswish, Hardtanh, ReLU6, Softshrink, Threshold } from "./nn/piecewise.ts";
export { AvgPool2d, MaxPool2d } from "./nn/pool.ts";
export { CELU, ELU, PReLU, RReLU, SELU } from "./nn/rectifier.ts";
export { ChannelShuffle, Fold, PixelShuffle, PixelUnshuffle, Unfold, Upsample } from "./nn/resize.ts";
export { GRU, LSTM, RNN } from "./nn/rnn.ts";
export { GRUCell, LSTMCell, RNNCell } from "./nn/rnn-cells.ts";
export { Sequential, type SequentialItem } from "./nn/sequential.ts";
export { LogSoftmax, Softmax, Softmax2d, Softmin } from "./nn/softmax.ts";
export type { LoadResult, StateDict } from "./nn/state.ts";
