// A guard, not a benchmark (`npm run bench -- --filter startup` is): what the package takes in Node from its import to the
// first result. The promise is 15 ms, on a machine that does nothing else; a busy one takes half as much again even at its
// best. It is to catch a core that is unpacked slowly or twice, a table made at import, a loop over everything.
import { beforeAll, expect, test } from "vitest";
import { startsInNode } from "../bench/startup.ts";
import { buildPackage } from "../scripts/build.ts";

const LIMIT_MS = 25;
/** The fastest start counts: other work slows most, not all. */
const RUNS = 100;

beforeAll(buildPackage);

test(`Node gives the first result within ${LIMIT_MS} ms of the import`, () => {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS && best >= LIMIT_MS; run++) best = Math.min(best, ...startsInNode(1));
  expect(best).toBeLessThan(LIMIT_MS);
});
