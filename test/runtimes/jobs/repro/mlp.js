// A multilayer perceptron with dropout, trained by Adam in a loop over batches(), which shuffles.

/** What a random network of one layer says of random points. */
function points({ Dataset, noGrad, randn }, count) {
  const x = randn([count, 16]);
  return new Dataset(
    x,
    noGrad(() => x.matmul(randn([16, 4])).argmax({ axis: 1 })),
  );
}

export const falls = 0.6;

export function train(sedge, steps) {
  const { batches, crossEntropy, nn, optim, seed } = sedge;
  seed(1);
  const batchSize = 24;
  const data = points(sedge, batchSize * 10 - 7); // the last batch of a pass is smaller than the others
  const model = new nn.Sequential(
    new nn.Linear(16, 67), // widths that fill no vector, here and below
    new nn.ReLU(),
    new nn.Dropout(0.2),
    new nn.Linear(67, 33),
    new nn.Tanh(),
    new nn.Dropout(0.1),
    new nn.Linear(33, 4),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  const losses = [];
  while (losses.length < steps) {
    for (const [x, y] of batches(data, { batchSize, shuffle: true })) {
      optimizer.zeroGrad();
      const loss = crossEntropy(model.call(x), y);
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    }
  }
  data.x.dispose();
  data.y.dispose();
  return { model, optimizer, losses };
}
