// What users rely on the types of "sedge/node" to say, which need those of Node. Compiled, never run: see published.test.ts.

import { expectTypeOf } from "expect-type";
import { type Callback, nn, type Tensor } from "sedge";
import type { Table } from "sedge/data";
import { checkpoint, lastCheckpoint, load, progressBar, readCsv, save } from "sedge/node";

expectTypeOf(load("a.safetensors")).toEqualTypeOf<Record<string, Tensor>>();
expectTypeOf(readCsv("a.csv", { delimiter: ";" })).toEqualTypeOf<Table>();
expectTypeOf(checkpoint("runs", { keepEvery: 10 })).toEqualTypeOf<Callback>();
expectTypeOf(lastCheckpoint("runs")).toExtend<Uint8Array | undefined>();
expectTypeOf(progressBar({ stream: process.stderr })).toEqualTypeOf<Callback>();
save("a.safetensors", new nn.Linear(1, 1), { metadata: { epoch: "3" } });
save("b.safetensors", new nn.Linear(1, 1).stateDict());
// @ts-expect-error a tensor has no names
save("c.safetensors", [1, 2]);
// @ts-expect-error misspelt
checkpoint("runs", { everyStep: 10 });
