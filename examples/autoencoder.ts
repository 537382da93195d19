// A denoising autoencoder: a network that is shown noisy images, and learns what they were before.
// Vincent et al., "Extracting and composing robust features with denoising autoencoders", 2008.
import {
  avgPool2d,
  cat,
  clamp,
  Dataset,
  evaluate,
  fit,
  mse,
  nn,
  optim,
  predict,
  randn,
  seed,
  type Tensor,
  tidy,
} from "sedge";
import { progressBar } from "sedge/node";
import { images } from "./support/images.ts";
import { saveGrid } from "./support/png.ts";
import type { Result, Settings } from "./support/recipe.ts";

export const about = "A denoising autoencoder on images: noisy ones in, clean ones out";

/** Standard deviation of the noise, on pixels from 0 to 1. */
const NOISE = 0.4;

/** Images [B, 1, 28, 28] with noise added, cut off at black and white. */
const noisy = (x: Tensor): Tensor => clamp(x.add(randn(x.shape).mul(NOISE)), { min: 0, max: 1 });

/** Convolutions that halve the image twice, and transposed ones that double it again. */
const autoencoder = (): nn.Sequential =>
  new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { stride: 2, padding: 1 }),
    new nn.BatchNorm2d(16),
    new nn.ReLU(),
    new nn.Conv2d(16, 32, 3, { stride: 2, padding: 1 }),
    new nn.BatchNorm2d(32),
    new nn.ReLU(),
    new nn.ConvTranspose2d(32, 16, 4, { stride: 2, padding: 1 }),
    new nn.BatchNorm2d(16),
    new nn.ReLU(),
    new nn.ConvTranspose2d(16, 1, 4, { stride: 2, padding: 1 }),
    new nn.Sigmoid(),
  );

export async function run(settings: Settings): Promise<Result> {
  const { data, quick, out } = settings;
  seed(settings.seed);
  const { train: given, test } = images(settings, quick ? { train: 3000, test: 500 } : { train: 15_000, test: 2000 });
  // The target of an image is the image itself; fit adds fresh noise to each batch, so that none is learnt by heart.
  const [train, validation] = new Dataset(given.x, given.x).split(11 / 12);
  const noisyOf = (clean: Tensor): Dataset => tidy(() => new Dataset(noisy(clean), clean));

  const model = autoencoder();
  const [epochs, batchSize] = [quick ? 4 : data === undefined ? 10 : 6, 64];
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  const totalIters = epochs * Math.ceil(train.length / batchSize);
  await fit(model, train, {
    loss: mse,
    optimizer,
    epochs,
    batchSize,
    augment: noisy,
    validation: noisyOf(validation.x),
    schedule: { scheduler: new optim.PolynomialLR(optimizer, { totalIters }), every: "step" },
    callbacks: progressBar(),
  });

  const testing = noisyOf(test.x);
  const testLoss = evaluate(model, testing, { loss: mse }).loss!;
  // What no learning gives: the noisy image itself, and its blur by the mean of 3 x 3 pixels.
  const noisyLoss = mse(testing.x, testing.y).item();
  const blurredLoss = mse(avgPool2d(testing.x, 3, { stride: 1, padding: 1 }), testing.y).item();

  const shown = testing.slice(0, 12);
  saveGrid(`${out}/denoised.png`, cat([shown.x, predict(model, shown), shown.y]), { columns: 12 });
  console.log(`saved ${out}/denoised.png: noisy, restored and clean images, from top to bottom`);
  console.log(`mean squared error: noisy ${noisyLoss.toFixed(4)}, blurred ${blurredLoss.toFixed(4)}`);
  return {
    summary: `test error ${testLoss.toFixed(4)}, ${(noisyLoss / testLoss).toFixed(1)} times below the noisy images' own`,
    figures: { testLoss, noisyLoss, blurredLoss },
  };
}
