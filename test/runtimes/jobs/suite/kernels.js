// Checks of the large kernels, matrix products, convolutions and pools, against loops written out.
import { close, equal, ok, values } from "./check.js";

export const kernels = {
  "matmul against three loops": ({ tensor }) => {
    for (const [m, k, n] of [
      [1, 1, 1],
      [5, 7, 3],
      [17, 33, 18],
      [3, 64, 67],
      [70, 5, 41],
    ]) {
      const [a, b] = [values(m * k), values(k * n, 3)];
      const expected = [];
      for (let i = 0; i < m * n; i++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += a[Math.floor(i / n) * k + p] * b[p * n + (i % n)];
        expected.push(sum);
      }
      close(tensor(a, { shape: [m, k] }).matmul(tensor(b, { shape: [k, n] })), expected, 1e-4);
      const turned = tensor(b, { shape: [k, n] })
        .transpose()
        .matmul(tensor(a, { shape: [m, k] }).transpose());
      close(turned.transpose(), expected, 1e-4);
    }
  },

  "batched matmul and einsum agree": ({ tensor, einsum }) => {
    const a = tensor(values(2 * 3 * 5), { shape: [2, 3, 5] });
    const b = tensor(values(2 * 5 * 4, 9), { shape: [2, 5, 4] });
    close(a.matmul(b), einsum("bij,bjk->bik", a, b), 1e-6);
    close(einsum("bij->ji", a), a.sum({ axis: 0 }).transpose(), 1e-6);
  },

  "conv2d against its definition": ({ tensor, conv2d }) => {
    const [c, h, w, o] = [3, 7, 9, 5];
    const [image, kernel, bias] = [values(2 * c * h * w), values(o * c * 9, 4), values(o, 8)];
    const x = tensor(image, { shape: [2, c, h, w] });
    const weight = tensor(kernel, { shape: [o, c, 3, 3] });
    for (const { stride, padding, dilation } of [
      { stride: 1, padding: 1, dilation: 1 },
      { stride: 2, padding: 0, dilation: 1 },
      { stride: 1, padding: 2, dilation: 2 },
    ]) {
      const y = conv2d(x, weight, tensor(bias), { stride, padding, dilation });
      const [, , rows, columns] = y.shape;
      const expected = Array.from({ length: y.size }, (_, i) => {
        const [b, f] = [Math.floor(i / (o * rows * columns)), Math.floor(i / (rows * columns)) % o];
        const [r, q] = [Math.floor(i / columns) % rows, i % columns];
        let sum = bias[f];
        for (let k = 0; k < c * 9; k++) {
          const [ch, i0, j0] = [Math.floor(k / 9), Math.floor(k / 3) % 3, k % 3];
          const [at, on] = [r * stride - padding + i0 * dilation, q * stride - padding + j0 * dilation];
          if (at >= 0 && at < h && on >= 0 && on < w)
            sum += image[((b * c + ch) * h + at) * w + on] * kernel[f * c * 9 + k];
        }
        return sum;
      });
      close(y, expected, 1e-4);
    }
  },

  "pooling and depthwise convolution": ({ tensor, maxPool2d, avgPool2d, conv2d, ones }) => {
    const x = tensor(
      Float32Array.from({ length: 16 }, (_, i) => i),
      { shape: [1, 1, 4, 4] },
    );
    equal(maxPool2d(x, 2).toArray(), [
      [
        [
          [5, 7],
          [13, 15],
        ],
      ],
    ]);
    equal(avgPool2d(x, 2).toArray(), [
      [
        [
          [2.5, 4.5],
          [10.5, 12.5],
        ],
      ],
    ]);
    const y = conv2d(ones([1, 3, 5, 5]), ones([3, 1, 3, 3]), null, { groups: 3 });
    ok(
      y.shape.join() === "1,3,3,3" &&
        y
          .toArray()
          .flat(3)
          .every((v) => v === 9),
      "every output to be 9",
    );
  },
};
