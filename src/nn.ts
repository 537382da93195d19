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
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from "./nn/adaptive-pool.ts";
export { type AttendOptions, MultiheadAttention, type MultiheadAttentionOptions } from "./nn/attention.ts";
export { AvgPool1d, AvgPool2d, AvgPool3d } from "./nn/avg-pool.ts";
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
export { Conv1d, Conv2d, Conv3d } from "./nn/conv.ts";
export { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "./nn/conv-transpose.ts";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from "./nn/dropout.ts";
export { Embedding, EmbeddingBag } from "./nn/embedding.ts";
export { Flatten, Identity, Unflatten } from "./nn/flatten.ts";
export type { HookHandle } from "./nn/hooks.ts";
export * as init from "./nn/init.ts";
export { Linear } from "./nn/linear.ts";
export { LPPool1d, LPPool2d, LPPool3d } from "./nn/lp-pool.ts";
export { MaxPool1d, MaxPool2d, MaxPool3d } from "./nn/max-pool.ts";
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from "./nn/max-unpool.ts";
export { type Layer, Module } from "./nn/module.ts";
export { GroupNorm, LayerNorm, LocalResponseNorm, RMSNorm } from "./nn/norm.ts";
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
export { CELU, ELU, PReLU, RReLU, SELU } from "./nn/rectifier.ts";
export { ChannelShuffle, Fold, PixelShuffle, PixelUnshuffle, Unfold, Upsample } from "./nn/resize.ts";
export { GRU, LSTM, RNN } from "./nn/rnn.ts";
export { GRUCell, LSTMCell, RNNCell } from "./nn/rnn-cells.ts";
export type { GroupRule, Match, ParameterGroup } from "./nn/select.ts";
export { Sequential, type SequentialItem } from "./nn/sequential.ts";
export { LogSoftmax, Softmax, Softmax2d, Softmin } from "./nn/softmax.ts";
export type { LoadOptions, LoadResult, StateDict } from "./nn/state.ts";
export type { SummaryInput } from "./nn/summary.ts";
export {
  type DecoderMasks,
  type EncoderLayerMasks,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from "./nn/transformer.ts";
export {
  type EncoderMasks,
  Transformer,
  TransformerDecoder,
  TransformerEncoder,
  type TransformerMasks,
  type TransformerOptions,
} from "./nn/transformer-stack.ts";
