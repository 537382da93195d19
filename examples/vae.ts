// A variational autoencoder: each image becomes a small cloud in a space of a few axes, and every point there an image.
// Kingma and Welling, "Auto-encoding variational Bayes", 2014.
import {
  batches,
  bceWithLogits,
  binaryCrossEntropy,
  cat,
  type Dataset,
  linspace,
  nn,
  noGrad,
  optim,
  randn,
  seed,
  type Tensor,
} from "sedge";
import { images } from "./support/images.ts";
import { saveGrid } from "./support/png.ts";
import type { Result, Settings } from "./support/recipe.ts";

export const about = "A variational autoencoder on images: a bound on their likelihood, and new images drawn from it";

/** Pixels to a side, width of the hidden layers, and axes of the latent space. */
const [SIDE, HIDDEN, LATENT] = [28, 400, 16];

class Vae extends nn.Module {
  encoder = new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(SIDE * SIDE, HIDDEN),
    new nn.ReLU(),
    new nn.Linear(HIDDEN, 2 * LATENT),
  );
  decoder = new nn.Sequential(
    new nn.Linear(LATENT, HIDDEN),
    new nn.ReLU(),
    new nn.Linear(HIDDEN, SIDE * SIDE),
    new nn.Unflatten(1, [1, SIDE, SIDE]),
  );

  /** The cloud of each image [B, 1, 28, 28]: mean and logarithm of the variance on each axis, [B, LATENT] both. */
  encode(x: Tensor): [mean: Tensor, logVariance: Tensor] {
    return this.encoder.call(x).chunk(2, { axis: 1 }) as [Tensor, Tensor];
  }

  /** The images at points z [B, LATENT], as brightness from 0 to 1. */
  decode(z: Tensor): Tensor {
    return this.decoder.call(z).sigmoid();
  }

  /**
   * What the bound on -log p(x) consists of, in nats an image: how badly x is restored from a point of its cloud, each
   * pixel being the odds of black or white, and how far the clouds are from the one that new images are drawn from.
   */
  forward(x: Tensor): { reconstruction: Tensor; divergence: Tensor } {
    const n = x.shape[0]!;
    const [mean, logVariance] = this.encode(x);
    // Drawn as a function of mean and variance, so that gradients reach them: the reparametrisation.
    const z = mean.add(randn(mean.shape).mul(logVariance.mul(0.5).exp()));
    const reconstruction = bceWithLogits(this.decoder.call(z), x, { reduction: "sum" }).div(n);
    const divergence = logVariance
      .exp()
      .add(mean.square())
      .sub(logVariance)
      .sub(1)
      .sum()
      .div(2 * n);
    return { reconstruction, divergence };
  }
}

/** The bound on average over a dataset. */
function measure(model: Vae, data: Dataset) {
  const sums = { reconstruction: 0, divergence: 0 };
  for (const [x] of batches(data, { batchSize: 500 })) {
    const parts = noGrad(() => model.call(x));
    sums.reconstruction += (parts.reconstruction.item() * x.shape[0]!) / data.length;
    sums.divergence += (parts.divergence.item() * x.shape[0]!) / data.length;
  }
  return { ...sums, bound: sums.reconstruction + sums.divergence };
}

export async function run(settings: Settings): Promise<Result> {
  const { data, quick, out } = settings;
  seed(settings.seed);
  const { train: given, test } = images(settings, quick ? { train: 3000, test: 500 } : { train: 20_000, test: 2000 });
  const [train, validation] = given.split(11 / 12);

  const model = new Vae();
  const [epochs, batchSize] = quick ? [8, 32] : [data === undefined ? 40 : 20, 64];
  const optimizer = new optim.Adam(model.parameters(), { lr: 2e-3 });
  const decay = new optim.PolynomialLR(optimizer, { totalIters: epochs });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const [x] of batches(train, { batchSize, shuffle: true })) {
      const { reconstruction, divergence } = model.call(x);
      optimizer.zeroGrad();
      reconstruction.add(divergence).backward();
      optimizer.step();
    }
    decay.step();
    const { bound, reconstruction, divergence } = measure(model, validation);
    console.log(`epoch ${epoch}  bound ${bound.toFixed(2)} = ${reconstruction.toFixed(2)} + ${divergence.toFixed(2)}`);
  }
  model.eval();

  const { bound, reconstruction, divergence } = measure(model, test);
  // What is reached without a look at the image: each pixel's mean. And what no model can save: gray pixels are never
  // certain to be black or white.
  const mean = train.x.mean({ axis: 0 });
  const meanImage = binaryCrossEntropy(mean.expand(test.x.shape), test.x, { reduction: "sum" }).item() / test.length;
  const grayness = binaryCrossEntropy(test.x, test.x, { reduction: "sum" }).item() / test.length;
  console.log(`the mean image is at ${meanImage.toFixed(1)} nats, and ${grayness.toFixed(1)} are the gray pixels' own`);

  noGrad(() => {
    saveGrid(`${out}/samples.png`, model.decode(randn([100, LATENT])));
    const shown = test.x.slice({ stop: 12 });
    const [codes] = model.encode(shown);
    saveGrid(`${out}/restored.png`, cat([shown, model.decode(codes)]), { columns: 12 });
    // From each of six images to another, in steps through the latent space.
    const steps = linspace(0, 1, 12).reshape([1, 12, 1]);
    const [from, to] = codes.unsqueeze(1).chunk(2) as [Tensor, Tensor]; // each [6, 1, LATENT]
    saveGrid(`${out}/between.png`, model.decode(from.lerp(to, steps).flatten({ endAxis: 1 })), { columns: 12 });
  });
  console.log(`saved ${out}/samples.png, restored.png (above: the images themselves) and between.png`);
  return {
    summary: `test bound ${bound.toFixed(1)} nats per image: ${reconstruction.toFixed(1)} reconstruction + ${divergence.toFixed(1)} divergence`,
    figures: { bound, reconstruction, divergence, meanImage, grayness },
  };
}
