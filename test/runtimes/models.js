// The training runs that must give the same bits in every runtime: plain JavaScript that asks nothing of where it runs.
// Each takes the library and returns the trained parameters and the losses.

/** Images of three kinds of stripes with noise, made by the library's own generator. */
function stripes(sedge, count, size) {
  const noise = sedge.randn([count, 1, size, size]).data;
  const labels = sedge.randint(0, 3, [count]).data.slice();
  const images = new Float32Array(noise.length);
  for (let i = 0; i < images.length; i++) {
    const at = i % (size * size);
    const row = Math.floor(at / size);
    const column = at % size;
    const label = labels[Math.floor(i / (size * size))];
    const phase = label === 0 ? row : label === 1 ? column : row + column;
    images[i] = (phase % 4 < 2 ? 1 : -1) + 0.5 * noise[i];
  }
  return [sedge.tensor(images, { shape: [count, 1, size, size] }), sedge.tensor(labels)];
}

/** A network of two convolutions with dropout, trained by Adam. */
function cnn(sedge) {
  const { crossEntropy, nn, optim, seed, slice, tidy } = sedge;
  const size = 14;
  const batch = 16;
  const steps = 50;
  seed(42);
  const [images, labels] = stripes(sedge, batch * 10, size);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 8, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(8, 16, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Dropout(0.25),
    new nn.Linear(16 * 3 * 3, 3),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 3e-3 });
  const losses = [];
  for (let step = 0; step < steps; step++) {
    tidy(() => {
      const start = (step * batch) % labels.size;
      const range = { axis: 0, start, stop: start + batch };
      const loss = crossEntropy(model.forward(slice(images, range)), slice(labels, range));
      losses.push(loss.item());
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    });
  }
  return { weights: Object.values(model.stateDict()), losses };
}

export const models = { cnn };
