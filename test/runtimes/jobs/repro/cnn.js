// A convolutional network with batch norm, trained by fit() with SGD, momentum and the one-cycle schedule, which moves the
// momentum too.

/** Images [count, 1, size, size] of three kinds of stripes under noise. */
function stripes({ Dataset, randint, randn }, count, size) {
  const images = randn([count, 1, size, size]);
  const labels = randint(0, 3, [count]);
  const kinds = labels.data.slice();
  const { data } = images;
  for (let i = 0; i < data.length; i++) {
    const [row, column] = [Math.floor(i / size) % size, i % size];
    const kind = kinds[Math.floor(i / (size * size))];
    const phase = kind === 0 ? row : kind === 1 ? column : row + column;
    data[i] = (phase % 4 < 2 ? 1 : -1) + data[i];
  }
  return new Dataset(images, labels);
}

export const falls = 0.5;

export async function train(sedge, steps) {
  const { crossEntropy, fit, nn, optim, seed } = sedge;
  seed(2);
  const [batchSize, size] = [16, 13];
  const epochs = 5;
  const data = stripes(sedge, (batchSize * steps) / epochs, size);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 6, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(6),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(6, 13, 3, { padding: 1, stride: 2 }),
    new nn.BatchNorm2d(13),
    new nn.ReLU(),
    new nn.AvgPool2d(2, { stride: 1 }),
    new nn.Flatten(),
    new nn.Linear(13 * 2 * 2, 3),
  );
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 1e-4 });
  const scheduler = new optim.OneCycleLR(optimizer, 0.05, { totalSteps: steps + 1 });
  const losses = [];
  await fit(model, data, {
    loss: crossEntropy,
    optimizer,
    epochs,
    batchSize,
    schedule: { scheduler, every: "step" },
    callbacks: { onBatchEnd: ({ loss }) => void losses.push(loss) },
    seed: 22,
  });
  data.x.dispose();
  data.y.dispose();
  return { model, optimizer, losses };
}
