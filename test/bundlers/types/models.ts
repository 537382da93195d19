// What users rely on the types of modules and their states to say. Compiled, never run: see published.test.ts.

import { expectTypeOf } from "expect-type";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Metadata,
  nn,
  type PackedSequence,
  type Tensor,
  variable,
  zeros,
} from "sedge";

const x = zeros([1, 4]);

/** A model whose `forward` takes and gives what it likes. */
class Pair extends nn.Module {
  left = new nn.Linear(4, 2, { bias: false });
  right = variable(zeros([4, 2]));
  steps = nn.buffer(zeros([1]));
  override forward(a: Tensor, scale: number, options: { swap?: boolean } = {}): [Tensor, string] {
    return [this.left.call(a).add(a.matmul(this.right)).mul(scale), String(options.swap)];
  }
}
const pair = new Pair();
expectTypeOf(pair.call).toEqualTypeOf<Pair["forward"]>();
expectTypeOf(pair.call(x, 2)).toEqualTypeOf<[Tensor, string]>();
expectTypeOf(pair.eval()).toEqualTypeOf<Pair>();
expectTypeOf(pair.left.bias).toEqualTypeOf<Tensor | null>();
// @ts-expect-error the scale is a number
pair.call(x, "2");
// @ts-expect-error the scale is missing
pair.call(x);
// @ts-expect-error misspelt
pair.call(x, 2, { swapped: true });
// @ts-expect-error a module computes something
new (class extends nn.Module {})();

// layers
expectTypeOf(new nn.Linear(4, 2).call(x)).toEqualTypeOf<Tensor>();
// @ts-expect-error misspelt
new nn.Conv2d(1, 8, 3, { pad: 1 });
// @ts-expect-error the size of the results is missing
new nn.Linear(4);
// @ts-expect-error three numbers for two axes
new nn.Conv2d(1, 8, [3, 3, 3]);

// chains
const chain = new nn.Sequential(new nn.Linear(4, 2), new nn.ReLU(), (y: Tensor) => y.mul(2));
expectTypeOf(chain.call(x)).toEqualTypeOf<Tensor>();
expectTypeOf(chain.layers[0]).toEqualTypeOf<nn.Linear>();
expectTypeOf(chain).toExtend<nn.Layer>();
// @ts-expect-error takes more than a tensor
new nn.Sequential(pair);

// sequences: what goes in comes out
const lstm = new nn.LSTM(4, 8, { batchFirst: true });
expectTypeOf(lstm.call(x)).toEqualTypeOf<[y: Tensor, state: [h: Tensor, c: Tensor]]>();
declare const packed: PackedSequence;
expectTypeOf(lstm.call(packed)[0]).toEqualTypeOf<PackedSequence>();
// @ts-expect-error PyTorch's name of it
new nn.GRU(4, 8, { batch_first: true });

// parameters and states
expectTypeOf(pair.parameters()).toEqualTypeOf<Tensor[]>();
expectTypeOf(pair.namedParameters()).toEqualTypeOf<[string, Tensor][]>();
expectTypeOf(pair.stateDict()).toEqualTypeOf<Record<string, Tensor>>();
expectTypeOf(pair.loadStateDict({}, { strict: false }).missing).toEqualTypeOf<string[]>();
// @ts-expect-error no such way
pair.loadStateDict({}, { mismatched: "ignore" });

// files
expectTypeOf(encodeSafetensors(pair.stateDict(), { metadata: { step: "3" } })).toExtend<Uint8Array>();
expectTypeOf(decodeSafetensors(new Uint8Array())).toEqualTypeOf<nn.StateDict>();
expectTypeOf<Metadata>().toEqualTypeOf<Readonly<Record<string, string>>>();
// @ts-expect-error metadata is text
encodeSafetensors({}, { metadata: { step: 3 } });

// hooks see the layer's own types
pair.registerForwardHook((module, inputs, output) => {
  expectTypeOf(module).toEqualTypeOf<Pair>();
  expectTypeOf(inputs[0]).toEqualTypeOf<Tensor>();
  expectTypeOf(inputs[1]).toBeNumber();
  expectTypeOf(output).toEqualTypeOf<[Tensor, string]>();
});
