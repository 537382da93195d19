// The nine runtimes that sedge promises to run in. How each is found and started stands in launch/.
import { bun } from "./launch/bun.ts";
import { deno } from "./launch/deno.ts";
import { edgeRuntime } from "./launch/edge-runtime.ts";
import { newerNode, runningNode } from "./launch/node.ts";
import { chromium, firefox } from "./launch/puppeteer.ts";
import type { Launcher } from "./launch/types.ts";
import { webkit } from "./launch/webkit.ts";
import { workerd } from "./launch/workerd.ts";

export const launchers: readonly Launcher[] = [
  runningNode,
  newerNode,
  deno,
  bun,
  workerd,
  edgeRuntime,
  chromium,
  firefox,
  webkit,
];
