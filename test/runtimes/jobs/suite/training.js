// Checks of training: a CNN and an LSTM until they have really learned, fit() with a callback, optimizers, the same bits twice.
import { close, equal, ok } from "./check.js";

/** Trains on one batch after another, all of `steps`; gives the losses. */
export function train({ tidy, slice }, { model, optimizer, loss, x, y, batch, steps }) {
  return Array.from({ length: steps }, (_, step) =>
    tidy(() => {
      const start = (step * batch) % x.shape[0];
      const range = { axis: 0, start, stop: start + batch };
      optimizer.zeroGrad();
      const value = loss(model.call(slice(x, range)), slice(y, range));
      value.backward();
      optimizer.step();
      return value.item();
    }),
  );
}

const mean = (list) => list.reduce((a, b) => a + b) / list.length;

/** Images of bars that lie, stand or lean, with noise; a network with batch norm and dropout. Gives it trained. */
export function trainCnn(sedge, steps = 60) {
  const { crossEntropy, nn, optim, randint, randn, seed, tensor } = sedge;
  seed(11);
  const [count, size] = [192, 11];
  const labels = randint(0, 3, [count]);
  const noise = randn([count, 1, size, size]).data.slice();
  const kinds = labels.data.slice();
  const pixels = noise.map((v, i) => {
    const [row, column] = [Math.floor(i / size) % size, i % size];
    const phase = [row, column, row + column][kinds[Math.floor(i / size ** 2)]];
    return 0.7 * v + (phase % 4 < 2 ? 1 : -1);
  });
  const x = tensor(pixels, { shape: [count, 1, size, size] });
  const model = new nn.Sequential(
    new nn.Conv2d(1, 6, 3, { padding: 1 }),
    new nn.BatchNorm2d(6),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(6, 12, 3),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Dropout(0.2),
    new nn.Linear(12 * 9, 3),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 5e-3 });
  const losses = train(sedge, { model, optimizer, loss: crossEntropy, x, y: labels, batch: 32, steps });
  return { model, losses, x, y: labels };
}

/** Sequences of signs; the target is the third before the last, which only a memory can tell. Gives a classifier trained. */
export function trainLstm(sedge, steps = 120) {
  const { crossEntropy, nn, optim, randint, seed, tensor } = sedge;
  class Recaller extends nn.Module {
    lstm = new nn.LSTM(1, 16, { batchFirst: true });
    output = new nn.Linear(16, 2);
    forward(x) {
      const [, [h]] = this.lstm.call(x);
      return this.output.call(h.select(-1));
    }
  }
  seed(12);
  const [count, length] = [256, 7];
  const bits = randint(0, 2, [count, length]);
  const x = tensor(
    Float32Array.from(bits.data, (b) => 2 * b - 1),
    { shape: [count, length, 1] },
  );
  const y = bits.select(length - 3, { axis: 1 }).clone();
  const model = new Recaller();
  const optimizer = new optim.RMSprop(model.parameters(), { lr: 5e-3 });
  const losses = train(sedge, { model, optimizer, loss: crossEntropy, x, y, batch: 64, steps });
  return { model, losses, x, y };
}

/** Small data that a line explains, for fit(). */
function line({ Dataset, nn, optim, seed }) {
  seed(5);
  const model = new nn.Linear(1, 1);
  const data = new Dataset([[0], [1], [2], [3], [4], [5]], [[1], [3], [5], [7], [9], [11]]);
  return { model, data, optimizer: new optim.SGD(model.parameters(), { lr: 0.02, momentum: 0.9 }) };
}

export const training = {
  "a CNN learns, and tells the classes apart": (sedge) => {
    const { model, losses, x, y } = trainCnn(sedge);
    const [early, late] = [mean(losses.slice(0, 5)), mean(losses.slice(-5))];
    ok(late < 0.2 * early, `the loss to fall from ${early} below a fifth, got ${late}`);
    model.eval();
    const right = sedge.tidy(() => sedge.accuracy(model.call(x), y));
    ok(right > 0.95, `an accuracy above 0.95, got ${right}`);
  },

  "an LSTM learns what only a memory can tell": (sedge) => {
    const { model, losses, x, y } = trainLstm(sedge);
    const [early, late] = [mean(losses.slice(0, 5)), mean(losses.slice(-5))];
    ok(late < 0.2 * early, `the loss to fall from ${early} below a fifth, got ${late}`);
    const right = sedge.tidy(() => sedge.accuracy(model.call(x), y));
    ok(right > 0.95, `an accuracy above 0.95, got ${right}`);
  },

  "the same seed gives the same weights": (sedge) => {
    const [a, b] = [trainCnn(sedge, 5), trainCnn(sedge, 5)];
    equal(a.losses, b.losses, "losses");
    const [v, w] = [a, b].map(({ model }) => Object.values(model.stateDict()).map((t) => [...t.data]));
    equal(v, w, "weights");
  },

  "fit() finds a line, and tells callbacks of it": async (sedge) => {
    const { model, data, optimizer } = line(sedge);
    const heard = [];
    const history = await sedge.fit(model, data, {
      ...{ loss: sedge.mse, optimizer, epochs: 60, batchSize: 3, validation: data, seed: 1 },
      callbacks: { onEpochEnd: ({ epoch, loss }) => void heard.push([epoch, loss]) },
    });
    equal([history.epochs.length, history.stopped], [60, null]);
    equal(
      heard,
      history.epochs.map(({ epoch, loss }) => [epoch, loss]),
    );
    ok(history.epochs.at(-1).valLoss < 1e-2, `a line found, got a loss of ${history.epochs.at(-1).valLoss}`);
    close(model.weight, [2], 0.1);
    close(model.bias, [1], 0.2);
  },

  "a callback stops fit(), and a checkpoint goes on to the same bits": async (sedge) => {
    const options = (optimizer) => ({ loss: sedge.mse, optimizer, epochs: 6, batchSize: 4, seed: 2 });
    const whole = line(sedge);
    await sedge.fit(whole.model, whole.data, options(whole.optimizer));
    const first = line(sedge);
    let checkpoint;
    const stop = ({ epoch }, run) => {
      if (epoch !== 3) return;
      checkpoint = run.checkpoint();
      run.stop("enough");
    };
    const { stopped, epochs } = await sedge.fit(first.model, first.data, {
      ...options(first.optimizer),
      callbacks: { onEpochEnd: stop },
    });
    equal([stopped, epochs.length], ["enough", 3]);
    const second = line(sedge);
    await sedge.fit(second.model, second.data, { ...options(second.optimizer), resume: checkpoint });
    equal([...second.model.weight.data], [...whole.model.weight.data]);
  },

  "fit() lets timers run, so that a signal ends it": async (sedge) => {
    const { model, data, optimizer } = line(sedge);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const epochs = 20_000; // a second or more
    const { signal } = controller;
    const history = await sedge.fit(model, data, { loss: sedge.mse, optimizer, epochs, batchSize: 6, signal });
    ok(history.epochs.length < epochs && /abort/i.test(history.stopped), `an abort, got ${history.stopped}`);
  },

  "optimizers go downhill": ({ optim, variable, tidy }) => {
    const kinds = {
      SGD: { lr: 0.1 },
      Adam: { lr: 0.1 },
      AdamW: { lr: 0.1 },
      RMSprop: { lr: 0.05 },
      Adagrad: { lr: 0.5 },
    };
    for (const [name, options] of Object.entries(kinds)) {
      const x = variable([3, -2, 1]);
      const optimizer = new optim[name]([x], options);
      for (let step = 0; step < 100; step++) {
        tidy(() => {
          optimizer.zeroGrad();
          x.square().sum().backward();
          optimizer.step();
        });
      }
      ok(x.square().sum().item() < 0.1, `${name} to come near the minimum, got ${x.toArray()}`);
    }
  },

  "schedules and clipping": ({ optim, variable }) => {
    const x = variable([3, 4]);
    const optimizer = new optim.SGD([x], { lr: 1 });
    const schedule = new optim.StepLR(optimizer, 2, { gamma: 0.5 });
    const rates = Array.from({ length: 4 }, () => {
      schedule.step();
      return optimizer.lr;
    });
    equal(rates, [1, 0.5, 0.5, 0.25]);
    x.square().sum().backward();
    optim.clipGradNorm([x], 1);
    close(x.grad, [0.6, 0.8]);
  },
};
