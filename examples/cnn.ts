// The default model: a convolutional network for small gray images, under 100,000 parameters at 28 x 28 pixels.
import { accuracy, crossEntropy, fit, flip, metrics, nn, optim, predict, seed, type Tensor } from "sedge";
import { randomHorizontalFlip } from "sedge/data";
import { progressBar, save } from "sedge/node";
import { images } from "./support/images.ts";
import type { Result, Settings } from "./support/recipe.ts";
import { classTable } from "./support/report.ts";

export const about = "A convolutional network on images: ten glyphs, or Fashion-MNIST with --data";

/** Channels of the two convolutions. */
const CHANNELS = [16, 32] as const;
/** Width of the hidden layer. */
const HIDDEN = 48;

/**
 * Two convolutions, each normalised and halved by pooling, and two dense layers.
 * Takes images [B, 1, height, width] to scores [B, classes], to be trained by `crossEntropy`.
 */
export function cnn(height: number, width: number, classes: number): nn.Sequential {
  const [first, second] = CHANNELS;
  const features = second * Math.floor(height / 4) * Math.floor(width / 4);
  return new nn.Sequential(
    new nn.Conv2d(1, first, 3, { padding: 1 }),
    new nn.BatchNorm2d(first),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(first, second, 3, { padding: 1 }),
    new nn.BatchNorm2d(second),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Dropout(0.3),
    new nn.Linear(features, HIDDEN),
    new nn.ReLU(),
    new nn.Linear(HIDDEN, classes),
  );
}

export async function run(settings: Settings): Promise<Result> {
  const { data, quick, out } = settings;
  seed(settings.seed);
  const {
    train: all,
    test,
    names,
  } = images(settings, quick ? { train: 3600, test: 500 } : { train: 12_000, test: 2000 });
  // The last twelfth is held back; layers, rate and epochs were chosen on that of Fashion-MNIST, its last 5,000 images.
  const [train, validation] = all.split(11 / 12);
  const model = cnn(28, 28, names.length);
  const parameters = model.parameters().reduce((sum, { size }) => sum + size, 0);
  console.log(`${parameters} parameters; ${train.length} images to train on, ${validation.length} to validate`);

  const [epochs, batchSize] = [quick ? 3 : data === undefined ? 8 : 12, 64];
  const optimizer = new optim.AdamW(model.parameters(), { lr: 6e-3, weightDecay: 0.01 });
  const totalSteps = epochs * Math.ceil(train.length / batchSize);
  const { seconds } = await fit(model, train, {
    loss: crossEntropy,
    optimizer,
    epochs,
    batchSize,
    validation,
    metrics: { accuracy },
    // The rate rises for a fifth of the run, then falls to nothing.
    schedule: { scheduler: new optim.OneCycleLR(optimizer, 6e-3, { totalSteps, pctStart: 0.2 }), every: "step" },
    // A shoe points either way; a glyph is never mirrored.
    ...(data !== undefined && { augment: randomHorizontalFlip() }),
    callbacks: progressBar(),
  });
  save(`${out}/cnn.safetensors`, model);

  // Clothes are looked at both ways here too, and the two scores added up; one way alone is told beside it.
  const look = (x: Tensor): Tensor =>
    data === undefined ? predict(model, x) : predict(model, x).add(predict(model, flip(x, 3)));
  const validationAccuracy = accuracy(look(validation.x), validation.y);
  const oneWayAccuracy = accuracy(predict(model, test), test.y);
  const confusion = new metrics.ConfusionMatrix({ names });
  confusion.update(look(test.x), test.y);
  const testAccuracy = confusion.compute();
  const worstRecall = Math.min(...confusion.matrix.map((row, c) => row[c]! / row.reduce((a, b) => a + b, 0)));
  console.log(`\n${classTable(confusion.matrix, names)}\n\nsaved ${out}/cnn.safetensors`);
  return {
    summary: `test accuracy ${(100 * testAccuracy).toFixed(2)} %`,
    figures: { parameters, validationAccuracy, testAccuracy, oneWayAccuracy, worstRecall, seconds },
  };
}
