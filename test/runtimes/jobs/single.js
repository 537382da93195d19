// The shared suite on the single-file build, loaded by its URL as a page without a bundler does; without the checks of the
// other entries, which belong to another library.
import core from "core";
import * as single from "single";
import { suite } from "./suite/suite.js";

const GROUPS = ["tensors", "kernels", "gradients", "training", "memory", "files", "errors"];

export default async (_, env) => suite(await import(`${env.fetch}dist/sedge.js`), { ...env, core, single }, GROUPS);
