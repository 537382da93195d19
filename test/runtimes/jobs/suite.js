// The job behind `npm run runtimes`: the shared suite on the package's entries. `core` and `single` come from the launcher:
// the WebAssembly as the runtime takes it, bytes or a module, and the single-file build, which boots by itself where it may.
import core from "core";
import * as data from "sedge/data";
import * as functional from "sedge/functional";
import * as single from "single";
import { suite } from "./suite/suite.js";

export default (sedge, env) => suite(sedge, { ...env, core, data, functional, single });
