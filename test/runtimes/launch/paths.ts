// Where things are: this project, and the private workspace that brings runtimes from npm.
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));
export const workspace = fileURLToPath(new URL("..", import.meta.url));

/** Finds a file of a package as the workspace does. */
export const { resolve: resolveInWorkspace } = createRequire(join(workspace, "package.json"));
