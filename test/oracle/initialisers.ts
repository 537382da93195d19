// Cases of the initialisers: gains, and the bounds or deviations that a weight's shape leads to. Bounds are measured on
// what the initialisers really fill in: the same seed drawn into [-1, 1], or with deviation 1, gives the divisor.
import { nn, seed, type Tensor, zeros } from "../../src/index.ts";
import { type Adapter, camelCase } from "./calls.ts";

/** PyTorch's functions by ours: `leaky_relu` is `leakyRelu`. */
export const gain: Adapter = ({ fn, options: { nonlinearity, ...param } }) =>
  fn(camelCase(String(nonlinearity)), ...Object.values(param));

/** What `fill` writes, as multiples of what `unit` writes with the same seed into tensors of the same shapes. */
function scales(fill: () => Tensor[], unit: (x: Tensor) => Tensor): number[] {
  seed(1);
  const filled = fill();
  seed(1);
  return filled.map((x) => {
    const units = Float32Array.from(unit(zeros(x.shape)).data);
    // The largest draw has the smallest relative rounding error.
    const at = units.reduce((best, u, i) => (Math.abs(u) > Math.abs(units[best]!) ? i : best), 0);
    return x.data[at]! / units[at]!;
  });
}

const { init } = nn;
const uniformUnit = (x: Tensor): Tensor => init.uniform(x, { a: -1, b: 1 });
const normalUnit = (x: Tensor): Tensor => init.normal(x);

/** The weight and the bias of the layer with such a weight; a layer we lack shares its bounds with a linear one. */
function layerOf(shape: readonly number[], fanIn: number): Tensor[] {
  const [outputs = 0, inputs = 0, height = 0, width = 0] = shape;
  const layer = shape.length === 4 ? new nn.Conv2d(inputs, outputs, [height, width]) : new nn.Linear(fanIn, outputs);
  return layer.bias ? [layer.weight, layer.bias] : [layer.weight];
}

export const fans: Adapter = ({ kase }) => {
  const { shape } = kase.kwargs;
  if (!Array.isArray(shape)) throw new TypeError("fans: expected a shape in kwargs");
  const { fanIn, fanOut } = init.fans(shape);
  const relu = { nonlinearity: "relu" } as const;
  const [weightBound, biasBound] = scales(() => layerOf(shape, fanIn), uniformUnit);
  return {
    fan_in: fanIn,
    fan_out: fanOut,
    xavier_uniform_bound: scales(() => [init.xavierUniform(zeros(shape))], uniformUnit)[0],
    xavier_normal_std: scales(() => [init.xavierNormal(zeros(shape))], normalUnit)[0],
    kaiming_uniform_bound_fan_in_relu: scales(() => [init.kaimingUniform(zeros(shape), relu)], uniformUnit)[0],
    kaiming_normal_std_fan_out_relu: scales(
      () => [init.kaimingNormal(zeros(shape), { mode: "fanOut", ...relu })],
      normalUnit,
    )[0],
    default_linear_or_conv_weight_bound: weightBound,
    default_bias_bound: biasBound,
  };
};
