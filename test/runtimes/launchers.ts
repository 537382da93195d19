// The nine runtimes that sedge promises to run in. How each is found and started stands in launch/.
import { bun } from "./launch/bun.ts";
import { deno } from "./launch/deno.ts";
import { newerNode, runningNode } from "./launch/node.ts";
import type { Launcher } from "./launch/types.ts";

export const launchers: readonly Launcher[] = [runningNode, newerNode, deno, bun];
