// A textbook's multilayer perceptron, exactly as published: three dense layers on the pixels, plain gradient descent.
// Aurélien Géron, "Hands-On Machine Learning", chapter "Introduction to Artificial Neural Networks with Keras".
import { accuracy, crossEntropy, evaluate, fit, nn, optim, seed } from "sedge";
import { progressBar } from "sedge/node";
import { images } from "./support/images.ts";
import type { Result, Settings } from "./support/recipe.ts";

export const about = "A multilayer perceptron on images by plain SGD: ten glyphs, or Fashion-MNIST with --data";

/** Dense layers of 300, 100 and `classes` units, that start as Keras's do: weights by Glorot, biases of zero. */
function mlp(pixels: number, classes: number): nn.Sequential {
  const model = new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(pixels, 300),
    new nn.ReLU(),
    new nn.Linear(300, 100),
    new nn.ReLU(),
    new nn.Linear(100, classes),
  );
  for (const [name, parameter] of model.namedParameters()) {
    if (name.endsWith("weight")) nn.init.xavierUniform(parameter);
    else nn.init.zeros(parameter);
  }
  return model;
}

export async function run(settings: Settings): Promise<Result> {
  const { data, quick } = settings;
  seed(settings.seed);
  const {
    train: all,
    test,
    names,
  } = images(settings, quick ? { train: 4000, test: 500 } : { train: 15_000, test: 2000 });

  // The first examples are held back to watch the training, a twelfth of them: 5,000 of Fashion-MNIST's 60,000.
  const held = Math.round(all.length / 12);
  const [validation, train] = [all.slice(0, held), all.slice(held)];
  console.log(`${train.length} images to train on, ${held} to validate, ${test.length} to test`);

  const model = mlp(28 * 28, names.length);
  const history = await fit(model, train, {
    loss: crossEntropy,
    optimizer: new optim.SGD(model.parameters(), { lr: 0.01 }),
    // The glyphs are few: without more passes than the book's they would not have enough steps.
    epochs: quick ? 8 : data === undefined ? 60 : 30,
    batchSize: 32,
    validation,
    metrics: { accuracy },
    callbacks: progressBar(),
  });

  const { loss, accuracy: right } = evaluate(model, test, { loss: crossEntropy, metrics: { accuracy } });
  const last = history.epochs.at(-1)!;
  const secondsPerEpoch = history.seconds / history.epochs.length;
  console.log(`${secondsPerEpoch.toFixed(2)} s an epoch of ${Math.ceil(train.length / 32)} steps`);
  console.log(`train accuracy ${last.accuracy!.toFixed(4)}, validation accuracy ${last.valAccuracy!.toFixed(4)}`);
  return {
    summary: `test accuracy ${(100 * right!).toFixed(2)} %`,
    figures: {
      trainAccuracy: last.accuracy!,
      validationAccuracy: last.valAccuracy!,
      testAccuracy: right!,
      testLoss: loss!,
      secondsPerEpoch,
    },
  };
}
