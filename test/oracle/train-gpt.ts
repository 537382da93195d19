// The case that trains a small GPT: one block, as its kwargs describe it.
import {
  add,
  crossEntropy,
  gelu,
  nn,
  permute,
  reshape,
  scaledDotProductAttention,
  split,
  type Tensor,
  transpose,
} from "../../src/index.ts";
import type { Adapter } from "./calls.ts";
import { train } from "./train.ts";

const [V, T, C, HEADS] = [11, 8, 16, 2];

class Gpt extends nn.Module {
  wte = new nn.Embedding(V, C);
  wpe = new nn.Embedding(T, C);
  ln1 = new nn.LayerNorm(C);
  qkv = new nn.Linear(C, 3 * C, { bias: false });
  proj = new nn.Linear(C, C);
  ln2 = new nn.LayerNorm(C);
  fc = new nn.Linear(C, 4 * C);
  out = new nn.Linear(4 * C, C);
  lnf = new nn.LayerNorm(C);
  head = new nn.Linear(C, V, { bias: false });

  forward(ids: Tensor): Tensor {
    let x = add(this.wte.call(ids), this.wpe.weight);
    x = add(x, this.attend(this.ln1.call(x)));
    x = add(x, this.out.call(gelu(this.fc.call(this.ln2.call(x)), { approximate: "tanh" })));
    return this.head.call(this.lnf.call(x));
  }

  private attend(x: Tensor): Tensor {
    const [b = 0, t = 0] = x.shape;
    const [q, k, v] = split(this.qkv.call(x), C, { axis: 2 }).map((part) =>
      permute(reshape(part, [b, t, HEADS, C / HEADS]), [0, 2, 1, 3]),
    );
    const y = scaledDotProductAttention(q!, k!, v!, { isCausal: true });
    return this.proj.call(reshape(transpose(y, 1, 2), [b, t, C]));
  }
}

export const trainGpt: Adapter = (call) => {
  const { x } = call;
  const model = new Gpt();
  return train(call, model, () => crossEntropy(reshape(model.forward(x.x!), [-1, V]), reshape(x.y!, [-1])));
};
