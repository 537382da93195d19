// A page's program over "sedge" alone, for pages and bundlers that resolve nothing else.
import { seed, tensor, variable } from "sedge";

seed(7);
const w = variable([
  [0.5, -1.5],
  [2, 0.25],
]);
tensor([[1, 2]])
  .matmul(w)
  .tanh()
  .sum()
  .backward();
document.body.textContent = JSON.stringify(w.grad.toArray());
