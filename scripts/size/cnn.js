// (c) of `npm run size`: a page that trains a small convolutional network.
import { argmax, batches, crossEntropy, Dataset, maxPool2d, relu, tidy } from "sedge/functional";
import * as nn from "sedge/nn";
import * as optim from "sedge/optim";

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 8, 3, { padding: 1 });
  conv2 = new nn.Conv2d(8, 16, 3, { padding: 1 });
  flatten = new nn.Flatten();
  head = new nn.Linear(16 * 7 * 7, 10);

  forward(x) {
    const low = maxPool2d(relu(this.conv1.call(x)), 2);
    const high = maxPool2d(relu(this.conv2.call(low)), 2);
    return this.head.call(this.flatten.call(high));
  }
}

const net = new Net();

/** Trains on images [N, 1, 28, 28] and their classes. */
export function train(images, labels, epochs) {
  const optimizer = new optim.Adam(net.parameters(), { lr: 1e-3 });
  const data = new Dataset(images, labels);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [x, y] of batches(data, { batchSize: 32, shuffle: true })) {
      optimizer.zeroGrad();
      crossEntropy(net.call(x), y).backward();
      optimizer.step();
    }
  }
}

/** The class of each image. */
export const classify = (images) => tidy(() => [...argmax(net.call(images), { axis: 1 }).data]);
