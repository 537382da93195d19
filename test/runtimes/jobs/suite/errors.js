// Checks of errors: their type and message where somebody goes wrong, in the library and in starting it.
import { equal, throws } from "./check.js";

export const errors = {
  "shapes that do not fit": ({ ones, cat }) => {
    const fits = /^matmul: expected inner sizes to match, got \[2, 3\] and \[4, 5\]/;
    throws(() => ones([2, 3]).matmul(ones([4, 5])), RangeError, fits);
    throws(() => ones([2, 3]).add(ones([4])), RangeError, /^add: expected .*\[2, 3\].*\[4\]/);
    throws(() => ones([4]).reshape([3]), RangeError, /^reshape: expected /);
    throws(() => cat([ones([2, 3]), ones([2, 4])], { axis: 0 }), RangeError, /^cat: /);
  },

  "arguments of another kind": ({ relu, tensor, zeros, ones }) => {
    throws(() => relu([1, 2]), TypeError, /^relu: expected x to be a tensor/);
    throws(() => zeros(2, 3), TypeError, /^zeros: expected shape to be an array of sizes, got 2/);
    throws(() => tensor("abc"), TypeError, /^tensor: /);
    throws(() => ones([2]).sum({ axes: 0 }), TypeError, /unknown option "axes"/);
  },

  "indices and axes out of range": ({ ones, embedding, tensor }) => {
    throws(() => embedding(tensor(Int32Array.of(3)), ones([3, 2])), RangeError, /^embedding: /);
    throws(() => ones([2, 3]).sum({ axis: 2 }), RangeError, /^sum: /);
  },

  "inside a model, with the layer's path": ({ nn, ones }) => {
    const model = new nn.Sequential(new nn.Sequential(new nn.Conv2d(16, 4, 3)));
    throws(() => model.call(ones([2, 8, 5, 5])), RangeError, /0\.0.*16 channels.*8/);
  },

  "backward from what is no scalar": ({ variable }) => {
    throws(() => variable([1, 2]).mul(2).backward(), Error, /^backward: expected /);
  },

  "init after the first tensor": ({ init, ones }) => {
    ones([1]).dispose();
    throws(() => init({}), Error, /^init: expected a call before the first tensor is made/);
  },

  // On a second library, since the first has begun. Then the right module mends it, as in a program that hosts the core.
  "init with a wrong module, until the right one mends it": (_, { single, core }) => {
    const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
    // where nothing is compiled from bytes, these are refused for that
    const message = compiles(empty)
      ? /^init: expected module to be the core of this version, as in sedge\/core.wasm/
      : /^init: expected module to be the core of this version|import sedge\/core.wasm as a module and call init/;
    for (const wrong of [Uint8Array.of(1, 2, 3), empty, Promise.resolve(core), "core.wasm"]) {
      throws(() => single.init({ module: wrong }), Error, message);
      throws(() => single.ones([3]), Error, message);
      equal(single.memory().tensors, 0);
    }
    single.init({ module: core });
    equal(single.ones([3]).add(1).toArray(), [2, 2, 2]);
  },
};

function compiles(bytes) {
  try {
    return new WebAssembly.Module(bytes) !== undefined;
  } catch {
    return false;
  }
}
