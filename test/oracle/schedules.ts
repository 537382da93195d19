// Cases of the schedules: the learning rates of one group over some steps, and the momenta where the case states them.
import { optim, variable } from "../../src/index.ts";
import { type Adapter, type Call, camelCase, lookUp, optionsOf, trailing } from "./calls.ts";

/** The classes, by PyTorch's names, and which of their options are arguments of their own. */
export const SCHEDULES: Readonly<Record<string, readonly string[]>> = {
  StepLR: ["step_size"],
  MultiStepLR: ["milestones"],
  ExponentialLR: ["gamma"],
  CosineAnnealingLR: ["T_max"],
  CosineAnnealingWarmRestarts: ["T_0"],
  OneCycleLR: ["max_lr"],
  ReduceLROnPlateau: [],
  LambdaLR: ["lambda"],
  MultiplicativeLR: ["lambda"],
  ConstantLR: [],
  LinearLR: [],
  PolynomialLR: [],
  CyclicLR: ["base_lr", "max_lr"],
  SequentialLR: ["schedulers", "milestones"],
  ChainedScheduler: ["schedulers"],
};

type Options = Readonly<Record<string, unknown>>;

/** `0.95**epoch`, `1/(1+epoch)` and the like: expressions that Python and JavaScript read alike. */
const lambda = (text: string): unknown => new Function("epoch", `return ${text}`);

/** `LinearLR(start_factor=0.1,total_iters=5)` */
function parse(text: string): [name: string, options: Options] {
  const [, name = "", list = ""] = /^(\w+)\((.*)\)$/.exec(text) ?? [];
  const pairs = list.split(/,(?![^[]*\])/).filter((pair) => pair !== "");
  const values = pairs.map((pair) => pair.split("=").map((part) => part.trim()));
  return [name, Object.fromEntries(values.map(([key = "", value = ""]) => [key, valueOf(value)]))];
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text.replaceAll("'", '"').replace("True", "true").replace("False", "false"));
  } catch {
    return text;
  }
}

/** The schedule that a name and options describe; those within are described in text. */
function make(library: Call["library"], optimizer: unknown, name: string, kwargs: Options): optim.LRScheduler {
  const positional = SCHEDULES[name] ?? [];
  const found = lookUp(library, `optim.${name}`);
  if (typeof found !== "function") throw new Error(`optim has no ${name}`);
  const values = positional.map((key) => {
    const value = kwargs[key];
    if (key === "lambda") return lambda(String(value));
    if (key === "schedulers" && Array.isArray(value))
      return value.map((s) => make(library, optimizer, ...parse(String(s))));
    return value;
  });
  const rest = Object.fromEntries(Object.entries(kwargs).filter(([key]) => !positional.includes(key)));
  const named = Object.entries(optionsOf(rest)).map(([key, value]) => [
    key.charAt(0).toLowerCase() + key.slice(1), // T_mult is tMult
    typeof value === "string" ? camelCase(value) : value,
  ]);
  const first = name === "ChainedScheduler" ? [] : [optimizer];
  return Reflect.construct(found, [...first, ...values, ...trailing(Object.fromEntries(named))]);
}

export const schedule: Adapter = ({ kase, library }) => {
  const optimizer = new optim.SGD([variable([1])], { lr: kase.base_lr ?? 0.1, momentum: 0.9 });
  const made = make(library, optimizer, kase.op, kase.kwargs);
  const group = optimizer.paramGroups[0]!;
  const lrs = [group.lr];
  const momenta = [group.momentum];
  for (let t = 1; t < (kase.lrs?.length ?? 0); t++) {
    if (made instanceof optim.ReduceLROnPlateau) made.step(kase.metrics?.[t - 1]);
    else made.step();
    lrs.push(group.lr);
    momenta.push(group.momentum);
  }
  kase.momentums?.forEach((expected, t) => {
    if (!(Math.abs(momenta[t]! - expected) <= 1e-6 * Math.abs(expected))) {
      throw new Error(`momentum ${t}: expected ${expected}, got ${momenta[t]}`);
    }
  });
  return lrs;
};
