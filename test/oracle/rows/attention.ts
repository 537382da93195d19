// Rows of the reference vectors for attention, its layers, and the language model made of them.
import { gelu, nn, relu, type Tensor } from "../../../src/index.ts";
import { type Adapter, type Call, type Row, trailing } from "../calls.ts";
import { trainGpt } from "../train-gpt.ts";

const attention: Adapter = ({ fn, x, options }) =>
  fn(x.q, x.k, x.v, ...trailing({ ...options, ...(x.mask && { attnMask: x.mask }) }));

/** A layer with the case's parameters; those are leaves already, so that their gradients are where the runner looks. */
function withParameters<M extends nn.Module>(module: M, { kase, x }: Call): M {
  for (const name of kase.params ?? []) {
    const path = name.split(".");
    const field = path.pop()!;
    const owner = path.reduce<unknown>((at, key) => Reflect.get(at as object, camel(key)), module);
    Reflect.set(owner as object, camel(field), x[name]);
  }
  return module;
}

const camel = (name: string): string => name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase());

const multiHead: Adapter = (call) => {
  const { x, options } = call;
  const {
    embedDim,
    numHeads,
    mode: _,
    needWeights = true,
    averageAttnWeights = true,
    isCausal = false,
    ...rest
  } = options;
  const layer = withParameters(new nn.MultiheadAttention(Number(embedDim), Number(numHeads), rest), call);
  const query = x.query!;
  const masks = { attnMask: x.attn_mask ?? null, keyPaddingMask: x.key_padding_mask ?? null };
  const how = { needWeights, averageAttnWeights, isCausal } as Record<string, boolean>;
  const results = layer.call(query, x.key ?? query, x.value ?? query, { ...masks, ...how });
  return results.filter((result) => result !== null);
};

const layerOf =
  (Kind: typeof nn.TransformerEncoderLayer | typeof nn.TransformerDecoderLayer): Adapter =>
  (call) => {
    const { x, options } = call;
    const { dModel, nhead, activation, ...rest } = options;
    const given = { ...rest, dropout: 0, activation: activation === "gelu" ? (v: Tensor) => gelu(v) : relu };
    const layer = withParameters(new Kind(Number(dModel), Number(nhead), given), call);
    if (layer instanceof nn.TransformerEncoderLayer) return layer.call(x.x!, { srcMask: x.mask ?? null });
    return layer.call(x.x!, x.memory!, { tgtMask: x.mask ?? null });
  };

export const rows: Record<string, Row> = {
  scaled_dot_product_attention: { call: attention },
  multi_head_attention: { names: ["nn.MultiheadAttention"], call: multiHead },
  transformer_encoder_layer: {
    names: ["nn.TransformerEncoderLayer"],
    call: layerOf(nn.TransformerEncoderLayer),
  },
  transformer_decoder_layer: {
    names: ["nn.TransformerDecoderLayer"],
    call: layerOf(nn.TransformerDecoderLayer),
  },
  gpt: { names: ["scaledDotProductAttention"], call: trainGpt },
};
