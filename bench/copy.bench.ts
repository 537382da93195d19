// Strided copies at the ops that make them, in bytes read and written; `copy` is the bound.
import { randn } from "../src/ops/create-random.ts";
import { cat } from "../src/ops/join.ts";
import { clone, expand, flip, permute, repeat, transpose } from "../src/ops/permute.ts";
import { slice } from "../src/ops/slice.ts";
import type { Tensor } from "../src/tensor.ts";
import type { Benchmark } from "./harness.ts";

/** A run that reads `read` floats (default: all of x) and writes the result. */
function copies(name: string, shape: number[], op: (x: Tensor) => Tensor, read?: number): Benchmark {
  const size = shape.reduce((a, b) => a * b, 1);
  const y = { size: 0 };
  return {
    name,
    get bytes() {
      return 4 * ((read ?? size) + y.size);
    },
    setup() {
      const x = randn(shape);
      const first = op(x);
      y.size = first.size;
      first.dispose();
      return () => op(x).dispose();
    },
  };
}

export default [
  copies("copy 4096", [4096], clone),
  copies("copy 1048576", [1 << 20], clone),
  copies("copy 16777216", [1 << 24], clone),
  copies("transpose 64x64", [64, 64], (x) => transpose(x)),
  copies("transpose 256x256", [256, 256], (x) => transpose(x)),
  copies("transpose 1000x1000", [1000, 1000], (x) => transpose(x)),
  copies("transpose 1024x1024", [1024, 1024], (x) => transpose(x)),
  copies("transpose 4096x4096", [4096, 4096], (x) => transpose(x)),
  copies("permute 32x16x28x28 to nhwc", [32, 16, 28, 28], (x) => permute(x, [0, 2, 3, 1])),
  copies("permute 32x28x28x16 to nchw", [32, 28, 28, 16], (x) => permute(x, [0, 3, 1, 2])),
  copies("permute 12x64x4x32 to heads", [12, 64, 4, 32], (x) => permute(x, [0, 2, 1, 3])),
  copies("slice columns 512x256", [512, 512], (x) => slice(x, { axis: 1, stop: 256 }), 512 * 256),
  copies("slice columns 512x3", [512, 512], (x) => slice(x, { axis: 1, stop: 3 }), 512 * 3),
  copies("slice step 2 512x256", [512, 512], (x) => slice(x, { axis: 1, step: 2 }), 512 * 256),
  copies("flip columns 512x512", [512, 512], (x) => flip(x, 1)),
  copies("expand rows 512 to 64x512", [512], (x) => expand(x, [64, 512])),
  copies("expand columns 64 to 64x512", [64, 1], (x) => expand(x, [64, 512])),
  copies("repeat 64x64 by 4x4", [64, 64], (x) => repeat(x, [4, 4])),
  copies("cat columns 512x256 twice", [512, 256], (x) => cat([x, x], { axis: 1 }), 2 * 512 * 256),
] satisfies Benchmark[];
