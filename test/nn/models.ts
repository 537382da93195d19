// A small model of every kind of field, for the tests of modules.
import { Linear } from "../../src/nn/linear.ts";
import { Module } from "../../src/nn/module.ts";
import { buffer } from "../../src/nn/parameter.ts";
import { Sequential } from "../../src/nn/sequential.ts";
import { tensor, variable, zeros } from "../../src/ops/create.ts";
import type { Tensor } from "../../src/tensor.ts";

/** A child, a parameter, a buffer and a plain tensor. */
export class Block extends Module {
  conv = new Linear(4, 4);
  scale = variable([1, 1, 1, 1]);
  calls = buffer(zeros([], { dtype: "int32" }));
  plain = tensor([1]);
  forward(x: Tensor): Tensor {
    return this.conv.call(x);
  }
}
/** Children in an array, and a layer without bias. */
export class Net extends Module {
  encoder = [new Block(), new Sequential(new Linear(4, 4), new Block())] as const;
  head = new Linear(4, 2, { bias: false });
  forward(x: Tensor): Tensor {
    return this.head.call(this.encoder[1].call(this.encoder[0].call(x)));
  }
}

/** The names in a Block, in order. */
const BLOCK = ["scale", "calls", "conv.weight", "conv.bias"];
/** The names in a Net, in order. */
export const NET = [
  ...BLOCK.map((name) => `encoder.0.${name}`),
  "encoder.1.0.weight",
  "encoder.1.0.bias",
  ...BLOCK.map((name) => `encoder.1.1.${name}`),
  "head.weight",
];
