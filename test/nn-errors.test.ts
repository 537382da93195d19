// Errors inside a model name the path of the layer that they arose in.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { Linear } from "../src/nn/linear.ts";
import { Module } from "../src/nn/module.ts";
import { Sequential } from "../src/nn/sequential.ts";
import { ones } from "../src/ops/create.ts";
import { matmul } from "../src/ops/gemm.ts";
import { reshape } from "../src/ops/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import { Net } from "./nn/models.ts";

describe("errors inside a model", () => {
  it("carry the layer's path in place of the op of its name, and the input's shape once", () => {
    const net = new Net();
    expect(() => net.call(ones([3, 5]))).toThrow(
      new RangeError("encoder.0.conv: expected x of shape [..., 4] for weight [4, 4], got [3, 5]"),
    );
    net.encoder[1].layers[1].conv = new Linear(3, 4);
    expect(() => net.call(ones([3, 4]))).toThrow(
      new RangeError("encoder.1.1.conv: expected x of shape [..., 3] for weight [4, 3], got [3, 4]"),
    );
  });

  it("keep the name of an op that is not the layer", () => {
    class Inner extends Module {
      forward(x: Tensor): Tensor {
        return matmul(x, ones([7, 7]));
      }
    }
    const error = caught(() => new Sequential(new Sequential(new Inner())).call(ones([3, 4])));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toMatch(/^0\.0: matmul: expected .*\[3, 4\] and \[7, 7\]$/);
    expect(error.stack).toContain(error.message);
  });

  it("of a layer on its own stay as they are, but for the shape", () => {
    expect(() => new Linear(2, 2).call(ones([3]))).toThrow(/^linear: expected x of shape \[..., 2\]/);
    class Picky extends Module {
      forward(_: Tensor): Tensor {
        throw new RangeError("picky: expected another batch");
      }
    }
    expect(() => new Picky().call(ones([3]))).toThrow(
      new RangeError("picky: expected another batch (input shape [3])"),
    );
    expect(() => new Sequential(new Picky()).call(ones([3]))).toThrow(
      new RangeError("0: expected another batch (input shape [3])"),
    );
  });

  it("in functions of a chain carry their position", () => {
    const wrong = (x: Tensor): Tensor => reshape(x, [7]);
    const error = caught(() => new Sequential(new Sequential(new Linear(2, 2), wrong)).call(ones([2, 2])));
    expect(error.message).toMatch(/^0\.1: reshape: expected /);
  });

  it("are found by path where a forward reaches past its children", () => {
    class Reacher extends Module {
      stack = new Sequential(new Linear(2, 2));
      forward(x: Tensor): Tensor {
        return this.stack.layers[0].call(x);
      }
    }
    expect(() => new Sequential(new Reacher()).call(ones([3]))).toThrow(/^0\.stack\.0: expected x/);
  });

  it("of any class pass, with the same identity", () => {
    class Own extends Error {}
    const own = new Own("stop");
    const platform = new DOMException("gone", "AbortError");
    for (const thrown of [own, platform, "text", undefined]) {
      class Thrower extends Module {
        forward(): Tensor {
          throw thrown;
        }
      }
      expect(caught(() => new Sequential(new Thrower()).call(ones([1])))).toBe(thrown);
    }
    expect(own.message).toBe("0: stop (input shape [1])");
    expect(platform.message).toBe("gone");
  });
});

function caught(fn: () => unknown): Error {
  try {
    fn();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
