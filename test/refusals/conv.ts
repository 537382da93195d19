// Bad input to the convolutions and pools, and to their layers.
import * as sedge from "../../src/entry.ts";

const { nn, ones } = sedge;

type Row = [call: () => unknown, message: string];
type Loose = (...args: unknown[]) => unknown;

const op = (name: string): Loose => Reflect.get(sedge, name) as Loose;
const layer =
  (name: string): Loose =>
  (...args) =>
    Reflect.construct(Reflect.get(nn, name), args);

/** Rows of the ops or layers `name` over one to three axes. */
const overAxes = (name: string, make: (name: string, dims: number) => Row[]): Record<string, Row[]> =>
  Object.fromEntries([1, 2, 3].map((dims) => [`${name}${dims}d`, make(`${name.replace("nn.", "")}${dims}d`, dims)]));
/** A shape with `n` for each of the axes. */
const sizes = (dims: number, n: number, ...lead: number[]) => [...lead, ...new Array<number>(dims).fill(n)];
const int32 = (shape: number[]) => ones(shape, { dtype: "int32" });

const convolutions = (name: string, dims: number): Row[] => {
  const [conv, x, w] = [op(name), ones(sizes(dims, 5, 2, 4)), ones(sizes(dims, 3, 4, 4))];
  return [
    [() => conv([1], w), `${name}: expected x to be a tensor, got [1]`],
    [() => conv(int32([1, 4, 5]), w), `${name}: expected x to be float32, got int32`],
    [() => conv(x, int32([4])), `${name}: expected weight to be float32, got int32`],
    [() => conv(ones([4]), w), `${name}: expected x of shape [N, C, `],
    [() => conv(x, ones([4, 4])), `${name}: expected weight of shape [`],
    [() => conv(x, ones(sizes(dims, 0, 4, 4))), `${name}: expected weight of shape [`],
    [() => conv(ones(sizes(dims, 5, 2, 3)), w), `${name}: expected 4 channels, got 3`],
    [() => conv(x, w, null, { groups: 3 }), `${name}: expected groups to divide the 4 `],
    [() => conv(x, w, null, { groups: 0 }), `${name}: expected groups at least 1, got 0`],
    [() => conv(x, w, ones([3])), `${name}: expected bias of shape [4], got [3]`],
    [() => conv(x, w, { padding: 1 }), `${name}: expected bias to be a tensor or null, got an object`],
    [() => conv(x, w, null, { paddin: 1 }), `${name}: unknown option "paddin"`],
    [() => conv(x, w, null, { stride: 0 }), `${name}: expected stride at least 1, got 0`],
    [() => conv(x, w, null, { stride: [1, 1, 1, 1] }), `${name}: expected stride to be an integer or a `],
    [() => conv(x, w, null, { dilation: 1.5 }), `${name}: expected dilation to be an integer, got 1.5`],
    [() => conv(x, w, null, { padding: -1 }), `${name}: expected padding at least 0, got -1`],
  ];
};

const pools =
  (rest: readonly unknown[] = []) =>
  (name: string, dims: number): Row[] => {
    const [pool, x] = [op(name), ones(sizes(dims, 5, 2, 4))];
    return [
      [() => pool([1], ...rest, 2), `${name}: expected x to be a tensor, got [1]`],
      [() => pool(int32([2, 4, 5]), ...rest, 2), `${name}: expected x to be float32, got int32`],
      [() => pool(ones([4]), ...rest, 2), `${name}: expected x of shape [N, C, `],
      [() => pool(ones(sizes(dims, 0, 2, 4)), ...rest, 2), `${name}: expected x of sizes above 0, got [2, 4, 0`],
      [() => pool(x, ...rest, 6), `${name}: expected a window no larger than the padded input [5`],
      [() => pool(x, ...rest, 0), `${name}: expected kernelSize at least 1, got 0`],
      [() => pool(x, ...rest, "2"), `${name}: expected kernelSize to be an integer, got "2"`],
      [() => pool(x, ...rest, 2, { stride: 0 }), `${name}: expected stride at least 1, got 0`],
      [() => pool(x, ...rest, 2, { ceilMode: 1 }), `${name}: expected ceilMode to be a boolean, got 1`],
      [() => pool(x, ...rest, 2, { size: 1 }), `${name}: unknown option "size"`],
    ];
  };

const padded = (name: string, dims: number): Row[] => [
  [() => op(name)(ones(sizes(dims, 5, 2, 4)), 2, { padding: 2 }), `${name}: expected padding at most half the kernel`],
];

const adaptive = (name: string, dims: number): Row[] => {
  const [pool, x] = [op(name), ones(sizes(dims, 5, 2, 4))];
  return [
    [() => pool(1, 2), `${name}: expected x to be a tensor, got 1`],
    [() => pool(ones([4]), 2), `${name}: expected x of shape [N, C, `],
    [() => pool(x, -1), `${name}: expected outputSize at least 0, got -1`],
    [() => pool(x, 1.5), `${name}: expected outputSize to be an integer, got 1.5`],
    [() => pool(x, [1, 1, 1, 1]), `${name}: expected outputSize to be an integer, null or ${dims} of these, got [1`],
  ];
};

const layers = (name: string, dims: number): Row[] => {
  const make = layer(name);
  return [
    [() => make(0, 4, 3), `${name}: expected inChannels at least 1, got 0`],
    [() => make(4, 0, 3), `${name}: expected outChannels at least 1, got 0`],
    [() => make(4, 4, 0), `${name}: expected kernelSize at least 1, got 0`],
    [() => make(4, 4, [3, 3, 3, 3]), `${name}: expected kernelSize to be an integer or a `],
    [() => make(4, 6, 3, { groups: 4 }), `${name}: expected groups to divide inChannels 4 and outChannels 6, got 4`],
    [() => make(4, 4, 3, { bias: 1 }), `${name}: expected bias to be a boolean, got 1`],
    [() => make(4, 4, 3, { kernel: 1 }), `${name}: unknown option "kernel"`],
    [() => (make(4, 4, 3) as sedge.nn.Conv2d).call(ones(sizes(dims, 5, 2, 3))), "d: expected 4 channels, got 3"],
  ];
};

const poolLayers =
  (rest: readonly unknown[] = []) =>
  (name: string): Row[] => [
    [() => layer(name)(...rest, 0), `${name}: expected kernelSize at least 1, got 0`],
    [() => layer(name)(...rest, 2, { stride: 0 }), `${name}: expected stride at least 1, got 0`],
    [() => layer(name)(...rest, 2, { size: 1 }), `${name}: unknown option "size"`],
  ];

const adaptiveLayers = (name: string, dims: number): Row[] => [
  [() => layer(name)(-1), `${name}: expected outputSize at least 0, got -1`],
  [() => layer(name)([1, 1, 1, 1]), `${name}: expected outputSize to be an integer, null or ${dims} of these, got [1`],
];

export const refusals: Record<string, Row[]> = {
  ...overAxes("conv", (name, dims) => [
    ...convolutions(name, dims),
    [
      () => op(name)(ones(sizes(dims, 5, 2, 4)), ones(sizes(dims, 6, 4, 4))),
      `${name}: expected a kernel no larger than the padded input [5`,
    ],
    [
      () => op(name)(ones(sizes(dims, 5, 4)), ones(sizes(dims, 3, 4, 4)), null, { padding: "full" }),
      `${name}: expected padding to be a number, a `,
    ],
    [
      () => op(name)(ones(sizes(dims, 5, 4)), ones(sizes(dims, 3, 4, 4)), null, { padding: "same", stride: 2 }),
      `${name}: expected stride 1 with padding "same", got [2`,
    ],
  ]),
  ...overAxes("convTranspose", (name, dims) => [
    ...convolutions(name, dims),
    [
      () => op(name)(ones(sizes(dims, 5, 4)), ones(sizes(dims, 3, 4, 4)), null, { stride: 2, outputPadding: 2 }),
      `${name}: expected outputPadding below the stride or the dilation, got [2`,
    ],
    [
      () => op(name)(ones(sizes(dims, 1, 4)), ones(sizes(dims, 3, 4, 4)), null, { padding: 2 }),
      `${name}: expected an output of at least 1 on each axis, got [-1`,
    ],
    [
      () => op(name)(ones(sizes(dims, 5, 4)), ones(sizes(dims, 3, 4, 4)), null, { padding: "same" }),
      `${name}: expected padding to be an integer, got "same"`,
    ],
  ]),
  ...overAxes("maxPool", (name, dims) => [
    ...pools()(name, dims),
    ...padded(name, dims),
    [
      () => op(name)(ones(sizes(dims, 5, 4)), 3, { dilation: 4 }),
      `${name}: expected a window no larger than the padded input`,
    ],
    [
      () => op(name)(ones(sizes(dims, 5, 4)), 2, { returnIndices: 1 }),
      `${name}: expected returnIndices to be a boolean, got 1`,
    ],
  ]),
  ...overAxes("avgPool", (name, dims) => [
    ...pools()(name, dims),
    ...padded(name, dims),
    [
      () => op(name)(ones(sizes(dims, 5, 4)), 2, { countIncludePad: 1 }),
      `${name}: expected countIncludePad to be a boolean, got 1`,
    ],
    [
      () => op(name)(ones(sizes(dims, 5, 4)), 2, { divisorOverride: 0 }),
      dims === 1
        ? `${name}: unknown option "divisorOverride"`
        : `${name}: expected divisorOverride other than 0, got 0`,
    ],
  ]),
  ...overAxes("lpPool", (name, dims) => [
    ...pools([2])(name, dims),
    [() => op(name)(ones(sizes(dims, 5, 4)), 0, 2), `${name}: expected normType above 0 and finite, got 0`],
    [() => op(name)(ones(sizes(dims, 5, 4)), Infinity, 2), `${name}: expected normType above 0 and finite, got Inf`],
    [() => op(name)(ones(sizes(dims, 5, 4)), "2", 2), `${name}: expected normType to be a number, got "2"`],
    [() => op(name)(ones(sizes(dims, 5, 4)), 2, 2, { padding: 1 }), `${name}: unknown option "padding"`],
  ]),
  ...overAxes("maxUnpool", (name, dims) => {
    const [unpool, x] = [op(name), ones(sizes(dims, 2, 1, 1))];
    const indices = int32(sizes(dims, 2, 1, 1));
    return [
      [() => unpool(1, indices, 2), `${name}: expected x to be a tensor, got 1`],
      [() => unpool(x, x, 2), `${name}: expected indices to be int32, got float32`],
      [() => unpool(ones([2]), indices, 2), `${name}: expected x of shape [N, C, `],
      [() => unpool(x, int32([1]), 2), `${name}: expected indices of shape [1, 1, 2`],
      [() => unpool(x, indices.mul(4 ** dims), 2), `${name}: expected indices of at least 0 and below ${4 ** dims}`],
      [() => unpool(x, indices, 0), `${name}: expected kernelSize at least 1, got 0`],
      [() => unpool(x, indices, 2, { padding: 2 }), `${name}: expected padding at most half the kernel`],
      [() => unpool(x, indices, 2, { ceilMode: true }), `${name}: unknown option "ceilMode"`],
      [
        () => unpool(x, indices, 2, { outputSize: sizes(dims, 6) }),
        `${name}: expected outputSize less than the stride`,
      ],
      [() => unpool(x, indices, 2, { outputSize: 4 }), `${name}: expected outputSize`],
    ];
  }),
  ...overAxes("adaptiveAvgPool", adaptive),
  ...overAxes("adaptiveMaxPool", (name, dims) => [
    ...adaptive(name, dims),
    [() => op(name)(ones(sizes(dims, 5, 4)), 2, { indices: true }), `${name}: unknown option "indices"`],
  ]),

  ...overAxes("nn.Conv", (name, dims) => [
    ...layers(name, dims),
    [() => layer(name)(4, 4, 3, { padding: "full" }), `${name}: expected padding to be a number, a `],
  ]),
  ...overAxes("nn.ConvTranspose", (name, dims) => {
    const upsample = layer(name)(4, 4, 3, { stride: 2 }) as sedge.nn.ConvTranspose2d;
    return [
      ...layers(name, dims),
      [() => layer(name)(4, 4, 3, { outputPadding: 1 }), `${name}: expected outputPadding below the stride or the dil`],
      [() => upsample.call(ones(sizes(dims, 5, 4)), sizes(dims, 20)), `${name}: expected outputSize from [11`],
    ];
  }),
  ...overAxes("nn.MaxPool", (name) => [
    ...poolLayers()(name),
    [() => layer(name)(2, { padding: 2 }), `${name}: expected padding at most half the kernel`],
    [() => layer(name)(2, { returnIndices: 1 }), `${name}: expected returnIndices to be a boolean, got 1`],
  ]),
  ...overAxes("nn.AvgPool", (name) => [
    ...poolLayers()(name),
    [() => layer(name)(2, { padding: 2 }), `${name}: expected padding at most half the kernel`],
  ]),
  ...overAxes("nn.LPPool", (name) => [
    ...poolLayers([2])(name),
    [() => layer(name)(-1, 2), `${name}: expected normType above 0 and finite, got -1`],
  ]),
  ...overAxes("nn.MaxUnpool", (name) => poolLayers()(name)),
  ...overAxes("nn.AdaptiveAvgPool", adaptiveLayers),
  ...overAxes("nn.AdaptiveMaxPool", adaptiveLayers),
};
