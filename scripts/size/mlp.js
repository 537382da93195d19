// (b) of `npm run size`: a page that loads a trained multilayer perceptron and asks it.
import { decodeSafetensors, relu, softmax, tensor, tidy } from "sedge/functional";
import * as nn from "sedge/nn";

const model = new nn.Sequential(new nn.Linear(784, 128), relu, new nn.Linear(128, 10));

/** Loads the weights from a file beside the page. */
export async function load(url) {
  const response = await fetch(url);
  model.loadStateDict(decodeSafetensors(new Uint8Array(await response.arrayBuffer())));
  model.eval();
}

/** The probability of each class. */
export const predict = (pixels) => tidy(() => [...softmax(model.call(tensor([pixels]))).data]);
