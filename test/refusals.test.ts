// Bad input to every op, layer, loss, optimizer, schedule and initialiser: each is refused by an error that names the
// argument. The rows are in refusals/, by family.
import { describe, expect, it } from "vitest";
import * as sedge from "../src/entry.ts";
import { OTHERS, withGradient, withoutGradient } from "./op-calls.ts";
import * as attention from "./refusals/attention.ts";
import * as conv from "./refusals/conv.ts";
import * as elementwise from "./refusals/elementwise.ts";
import * as foundation from "./refusals/foundation.ts";
import * as losses from "./refusals/losses.ts";
import * as norm from "./refusals/norm.ts";
import * as optim from "./refusals/optim.ts";
import * as reduce from "./refusals/reduce.ts";
import * as rnn from "./refusals/rnn.ts";
import * as shape from "./refusals/shape.ts";

/** By exported name, as `conv1d`, `nn.Conv1d`, `optim.Lion`: calls, and a part of the message of each. */
const refusals: Record<string, [call: () => unknown, message: string][]> = {
  ...attention.refusals,
  ...conv.refusals,
  ...elementwise.refusals,
  ...foundation.refusals,
  ...losses.refusals,
  ...norm.refusals,
  ...optim.refusals,
  ...reduce.refusals,
  ...rnn.refusals,
  ...shape.refusals,
};

/** What takes a tensor first refuses text, whatever else it takes. */
for (const name of [...Object.keys(withGradient), ...Object.keys(withoutGradient)]) {
  const op = Reflect.get(sedge, name) as (...args: unknown[]) => unknown;
  refusals[name] ??= [[() => op("text"), `${name}: expected`]];
}

const rows = Object.entries(refusals).flatMap(([name, calls]) =>
  calls.map(([call, message]) => ({ name, message, call })),
);

describe("refused by name:", () => {
  it.each(rows)("$name: $message", ({ name, call, message }) => {
    let error: unknown;
    try {
      sedge.tidy(() => {
        call();
      });
    } catch (caught) {
      error = caught;
    }
    expect(error, `${name} took it`).toBeInstanceOf(Error);
    expect(error).toSatisfy((e) => e instanceof TypeError || e instanceof RangeError, String(error));
    expect((error as Error).message).toContain(message);
    expect(message, "the message names no argument").toMatch(/\w+: /);
  });
});

/** Functions and classes of a namespace, as `nn.Linear`. */
const namesOf = (prefix: string, namespace: object): string[] =>
  Object.entries(namespace)
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => prefix + name);

/** What takes no arguments of its own to be wrong. */
const WITHOUT_ARGUMENTS = "nn.Module nn.Identity nn.ReLU nn.Sigmoid nn.Tanh optim.Optimizer".split(" ");

it("every op, layer, optimizer, schedule and initialiser has a row", () => {
  const ops = [...Object.keys(withGradient), ...Object.keys(withoutGradient)].filter((name) => !OTHERS.includes(name));
  const all = [
    ...ops,
    ...namesOf("nn.", sedge.nn),
    ...namesOf("nn.init.", sedge.nn.init),
    ...namesOf("optim.", sedge.optim),
  ];
  expect(all.filter((name) => refusals[name] === undefined && !WITHOUT_ARGUMENTS.includes(name))).toEqual([]);
});
