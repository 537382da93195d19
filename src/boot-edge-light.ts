// Boots the core in Vercel's edge runtime, whose bundler hands over what is imported as `?module`, compiled.
import core from "../build/core.wasm?module";
import { start } from "./wasm.ts";

start(core);
