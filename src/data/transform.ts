// What transforms of images have in common: their type, their frame, and the reading of their options. The transforms are
// src/data/images.ts and src/data/affine.ts.
import { noGrad } from "../autograd.ts";
import { rand } from "../ops/create-random.ts";
import { tidy } from "../scope.ts";
import { checkNumber, demand, fault, show } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** From a batch of images float32 [B, C, H, W] to another. */
export type Transform = (x: Tensor) => Tensor;

/** A transform that releases all it makes but its result. */
export function transform(
  op: string,
  fn: (x: Tensor, b: number, c: number, h: number, w: number) => Tensor,
): Transform {
  return (x) => {
    demand(x instanceof Tensor, op, "x to be a tensor", x, TypeError);
    if (x.dtype !== "float32" || x.rank !== 4) throw fault(op, "x float32 [B, C, H, W]", `${x.dtype} ${show(x.shape)}`);
    return noGrad(() => tidy(() => fn(x, ...(x.shape as [number, number, number, number]))));
  };
}

/** Numbers of [low, high) for each image. */
export const draws = (b: number, low: number, high: number): number[] => {
  return Array.from(rand([b]).data, (u) => low + (high - low) * u);
};

/** A range as a pair, or as one number for both sides of 0. */
export function range(op: string, name: string, given: unknown): [low: number, high: number] {
  if (typeof given === "number") return [-checkNumber(op, name, given, 0), given];
  const [low, high] = numbers(op, name, given, 2) as [number, number];
  demand(low <= high, op, `${name} from a low to a high`, given);
  return [low, high];
}

/** A list of numbers, of any length but 0, or a pair. */
export function numbers(op: string, name: string, given: unknown, n?: 2): number[] {
  const good = Array.isArray(given) && given.length > 0 && given.length === (n ?? given.length);
  demand(good, op, `${name} to be a ${n === 2 ? "pair" : "number or a list"} of numbers`, given, TypeError);
  return given.map((v) => checkNumber(op, name, v));
}
