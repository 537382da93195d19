// A variational autoencoder of small pictures in black and white, trained by Adam: the reparametrisation draws from the
// library's generator in every step, and the loss is binary cross-entropy and Kullback-Leibler divergence.

const [SIDE, HIDDEN, LATENT] = [9, 50, 5];

/** Pictures [count, SIDE, SIDE]: a bright rectangle between two random corners, with some pixels flipped. */
function rectangles({ rand, randint, zeros }, count) {
  const corners = randint(0, SIDE, [count, 4]).data.slice();
  const noise = rand([count, SIDE, SIDE]);
  const pictures = zeros([count, SIDE, SIDE]);
  const [from, { data }] = [noise.data, pictures];
  const within = (v, a, b) => v >= Math.min(a, b) && v <= Math.max(a, b);
  for (let i = 0; i < data.length; i++) {
    const at = 4 * Math.floor(i / (SIDE * SIDE));
    const row = within(Math.floor(i / SIDE) % SIDE, corners[at], corners[at + 1]);
    const inside = row && within(i % SIDE, corners[at + 2], corners[at + 3]);
    data[i] = inside !== from[i] < 0.02 ? 1 : 0;
  }
  noise.dispose();
  return pictures;
}

export const falls = 0.85;

export function train(sedge, steps) {
  const { bceWithLogits, nn, optim, randn, seed, tidy } = sedge;

  class Vae extends nn.Module {
    encoder = new nn.Sequential(
      new nn.Flatten(),
      new nn.Linear(SIDE * SIDE, HIDDEN),
      new nn.SiLU(),
      new nn.Linear(HIDDEN, 2 * LATENT),
    );
    decoder = new nn.Sequential(
      new nn.Linear(LATENT, HIDDEN),
      new nn.Softplus(),
      new nn.Linear(HIDDEN, SIDE * SIDE),
      new nn.Unflatten(1, [SIDE, SIDE]),
    );
    /** The bound on the negative logarithm of the likelihood, in nats a picture. */
    forward(x) {
      const [mean, logVariance] = this.encoder.call(x).chunk(2, { axis: 1 });
      const z = mean.add(randn(mean.shape).mul(logVariance.mul(0.5).exp()));
      const reconstruction = bceWithLogits(this.decoder.call(z), x, { reduction: "sum" });
      const divergence = logVariance.exp().add(mean.square()).sub(logVariance).sub(1).sum().div(2);
      return reconstruction.add(divergence).div(x.shape[0]);
    }
  }

  seed(5);
  const batch = 32;
  const data = rectangles(sedge, batch * 10);
  const model = new Vae();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2, amsgrad: true });
  const decay = new optim.ExponentialLR(optimizer, 0.98);
  const losses = [];
  for (let step = 0; step < steps; step++) {
    tidy(() => {
      const start = (step % 10) * batch;
      const loss = model.call(data.slice({ start, stop: start + batch }));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      decay.step();
      losses.push(loss.item());
    });
  }
  data.dispose();
  return { model, optimizer, losses };
}
