// The default model: a convolutional network for small gray images, under 100,000 parameters at 28 x 28 pixels.
import { nn } from "sedge";

/** Channels of the two convolutions. */
const CHANNELS = [16, 32] as const;
/** Width of the hidden layer. */
const HIDDEN = 48;

/**
 * Two convolutions, each halved by pooling, and two dense layers.
 * Takes images [B, 1, height, width] to scores [B, classes], to be trained by `crossEntropy`.
 */
export function cnn(height: number, width: number, classes: number): nn.Sequential {
  const [first, second] = CHANNELS;
  const features = second * Math.floor(height / 4) * Math.floor(width / 4);
  return new nn.Sequential(
    new nn.Conv2d(1, first, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(first, second, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Dropout(0.15),
    new nn.Linear(features, HIDDEN),
    new nn.ReLU(),
    new nn.Linear(HIDDEN, classes),
  );
}
