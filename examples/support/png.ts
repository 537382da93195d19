// Pictures as PNG files: one image, or many in a grid. Plots are plot.ts.
import { writeFileSync } from "node:fs";
import { encode } from "fast-png";
import type { Tensor } from "sedge";

/** Pixels, before scaling, between the images of a grid, and their gray. */
const GAP = 2;
const GAP_GRAY = 128;

/** How a grid is laid out. */
export interface GridOptions {
  /** Images in a row. Default: as many rows as columns. */
  columns?: number;
  /** Pixels of the picture to a side of a pixel. Default: 3. */
  scale?: number;
}

/** Writes `images` [N, 1 or 3, H, W], gray or red, green and blue from 0 to 1, side by side as a PNG file. */
export function saveGrid(path: string, images: Tensor, options: GridOptions = {}): void {
  const [n = 0, channels = 0, height = 0, width = 0] = images.shape;
  const { columns = Math.ceil(Math.sqrt(n)), scale = 3 } = options;
  if (images.rank !== 4 || images.size === 0 || (channels !== 1 && channels !== 3)) {
    throw new RangeError(`saveGrid: expected images of shape [N, 1 or 3, H, W], got [${images.shape.join(", ")}]`);
  }
  const across = (columns * (width + GAP) - GAP) * scale;
  const down = (Math.ceil(n / columns) * (height + GAP) - GAP) * scale;
  const pixels = new Uint8Array(across * down * channels).fill(GAP_GRAY);
  const values = images.data;
  for (let i = 0; i < n; i++) {
    const left = (i % columns) * (width + GAP) * scale;
    const top = Math.floor(i / columns) * (height + GAP) * scale;
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        for (let c = 0; c < channels; c++) {
          const from = ((i * channels + c) * height + Math.floor(y / scale)) * width + Math.floor(x / scale);
          const gray = Math.min(Math.max(values[from]!, 0), 1);
          pixels[((top + y) * across + left + x) * channels + c] = Math.round(255 * gray);
        }
      }
    }
  }
  writeFileSync(path, encode({ width: across, height: down, channels, data: pixels }));
}

/** Writes one image [1 or 3, H, W], as `saveGrid` does. */
export function savePng(path: string, image: Tensor, { scale = 3 } = {}): void {
  const one = image.unsqueeze(0);
  saveGrid(path, one, { columns: 1, scale });
  one.dispose();
}
