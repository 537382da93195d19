// A page's program over "sedge" alone. It needs no bundler: that name can be replaced by a file's.
import { seed, tensor, variable } from "sedge";

function gradient() {
  seed(7);
  const w = variable([0.5, -1.5]);
  tensor([1, 2]).mul(w).tanh().sum().backward();
  return w.grad.toArray();
}

let result;
try {
  result = gradient();
} catch (error) {
  result = { error: error.message };
}
globalThis.document.body.textContent = JSON.stringify(result);
