// A bidirectional LSTM of two layers that says which half of a sequence is larger, trained by fit() with clipped gradients
// and RMSprop.

/** Random walks [count, length, 3], and whether the first half of their first axis sums to more. */
function walks({ Dataset, noGrad, randn }, count, length) {
  const x = randn([count, length, 3]);
  const y = noGrad(() => {
    const [first, second] = x.select(0, { axis: 2 }).chunk(2, { axis: 1 });
    return first
      .sum({ axis: 1 })
      .gt(second.sum({ axis: 1 }))
      .cast("int32");
  });
  return new Dataset(x, y);
}

export const falls = 0.7;

export async function train(sedge, steps) {
  const { crossEntropy, fit, nn, optim, seed } = sedge;

  class Reader extends nn.Module {
    lstm = new nn.LSTM(3, 11, { numLayers: 2, batchFirst: true, bidirectional: true, dropout: 0.1 });
    output = new nn.Linear(2 * 11, 2);
    forward(x) {
      const [states] = this.lstm.call(x);
      return this.output.call(states.mean({ axis: 1 }));
    }
  }

  seed(3);
  const [batchSize, epochs] = [20, 5];
  const data = walks(sedge, (batchSize * steps) / epochs, 10);
  const model = new Reader();
  const optimizer = new optim.RMSprop(model.parameters(), { lr: 1e-2, momentum: 0.5 });
  const losses = [];
  await fit(model, data, {
    loss: crossEntropy,
    optimizer,
    epochs,
    batchSize,
    clip: 0.5,
    callbacks: { onBatchEnd: ({ loss }) => void losses.push(loss) },
  });
  data.x.dispose();
  data.y.dispose();
  return { model, optimizer, losses };
}
