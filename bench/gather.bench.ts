// Lookups by index: a shuffled batch of images, token vectors and their gradient.
import { backward } from "../src/backward.ts";
import { randint, randn, randperm } from "../src/ops/create-random.ts";
import { embedding } from "../src/ops/embedding.ts";
import { gather, indexSelect } from "../src/ops/gather.ts";
import { slice } from "../src/ops/slice.ts";
import type { Benchmark } from "./harness.ts";

export default [
  {
    name: "indexSelect 64 of 10000 images",
    bytes: 2 * 64 * 784 * 4,
    setup() {
      const x = randn([10_000, 784]);
      const index = slice(randperm(10_000), { stop: 64 });
      return () => indexSelect(x, index).dispose();
    },
  },
  {
    name: "indexSelect 64 of 10000 labels",
    values: 64,
    setup() {
      const x = randint(0, 10, [10_000]);
      const index = slice(randperm(10_000), { stop: 64 });
      return () => indexSelect(x, index).dispose();
    },
  },
  {
    name: "gather 4096x1 of 4096x64",
    values: 4096,
    setup() {
      const x = randn([4096, 64]);
      const index = randint(0, 64, [4096, 1]);
      return () => gather(x, index, { axis: 1 }).dispose();
    },
  },
  {
    name: "embedding 12x64 of 1000x128 and gradient",
    bytes: 4 * 128 * (2 * 768 + 1000 + 3 * 768),
    setup() {
      const weight = randn([1000, 128], { requiresGrad: true });
      const ids = randint(0, 1000, [12, 64]);
      const dy = randn([12, 64, 128]);
      return () => {
        const y = embedding(ids, weight);
        backward(y, { gradient: dy });
        y.dispose();
        weight.grad = null;
      };
    },
  },
] satisfies Benchmark[];
