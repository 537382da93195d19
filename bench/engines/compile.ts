// Compiles the candidates of tiles.ts, in Node.
import asc from "assemblyscript/asc";
import { tilesSource } from "./tiles.ts";

export async function compileTiles(): Promise<Uint8Array> {
  const options = { optimizeLevel: 3, runtime: "stub", enable: ["simd"], noAssert: true, use: ["abort="] };
  const { binary, error, stderr } = await asc.compileString(tilesSource(), options);
  if (error !== null || binary === null) throw new Error(`tiles: ${stderr.toString()}`, { cause: error });
  return binary;
}
