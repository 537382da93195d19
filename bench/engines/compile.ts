// Compiles the candidates of tiles.ts in Node, as the core is compiled: engines also differ by the shape that Binaryen gives a loop.
import asc from "assemblyscript/asc";
import { optimize } from "../../scripts/build/optimize.ts";
import { tilesSource } from "./tiles.ts";

export async function compileTiles(): Promise<Uint8Array> {
  const options = { runtime: "stub", enable: ["simd"], noAssert: true, use: ["abort="], debug: true };
  const { binary, error, stderr } = await asc.compileString(tilesSource(), options);
  if (error !== null || binary === null) throw new Error(`tiles: ${stderr.toString()}`, { cause: error });
  return optimize(binary);
}
