// Takes all memory that the runtime gives, in blocks of 256 MB, then lets go of it: run as a process, it prints how.
import { memory, ones, type Tensor, tidy } from "../../src/entry.ts";
import { empty } from "../../src/tensor.ts"; // zeros would touch 4 GB of pages

const held: Tensor[] = [];
try {
  for (;;) held.push(empty([2 ** 26]));
} catch (error) {
  console.log(String(error));
}
console.log(`held ${held.length}`);
for (const t of held) t.dispose();
console.log(
  `left ${memory().tensors}, sum ${tidy(() =>
    ones([2 ** 20])
      .sum()
      .item(),
  )}`,
);
