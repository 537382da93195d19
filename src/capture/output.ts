// What a step returns: where each part of it comes from, so that a replay can return the like.
import { show } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import type { Entry, Output, Plan } from "./plan.ts";

/** How the result comes about; null if it holds anything but tensors and plain values. */
export function outputOf(value: unknown, plan: Plan, args: readonly unknown[]): Output | null {
  if (value instanceof Tensor) {
    const at = args.indexOf(value);
    if (at >= 0) return { kind: "input", at };
    if (!plan.owns(value)) return { kind: "same", value };
    return { kind: "copy", ptr: value.ptr, like: value.shape, dtype: value.dtype };
  }
  if (typeof value === "number") {
    const entry = [...plan.entries].reverse().find((e) => "result" in e && Object.is(e.result, value));
    return entry === undefined
      ? { kind: "same", value }
      : { kind: "value", entry: entry as Entry & { result: unknown } };
  }
  if (typeof value === "function") return null;
  if (typeof value !== "object" || value === null) return { kind: "same", value };
  const isList = Array.isArray(value);
  if (!isList && Object.getPrototypeOf(value) !== Object.prototype) return null;
  const items: Output[] = [];
  for (const part of Object.values(value)) {
    const item = outputOf(part, plan, args);
    if (item === null) return null;
    items.push(item);
  }
  return isList ? { kind: "list", items } : { kind: "fields", names: Object.keys(value), items };
}

/** A result's make-up as text, to compare. */
export function textOf(output: Output, plan: Plan): string {
  switch (output.kind) {
    case "copy":
      return `t${output.ptr}${show(output.like)}${output.dtype};`;
    case "input":
      return `i${output.at};`;
    case "value":
      return `v${plan.entries.indexOf(output.entry)};`;
    case "same":
      return output.value instanceof Tensor ? `s${output.value.ptr};` : `${String(output.value)};`;
    case "list":
      return `[${output.items.map((item) => textOf(item, plan)).join("")}];`;
    case "fields":
      return `{${output.items.map((item, i) => `${output.names[i]}:${textOf(item, plan)}`).join("")}};`;
  }
}

/** Releases what of a result is the plan's. */
export function disposeAll(value: unknown, plan: Plan): void {
  if (value instanceof Tensor) {
    if (plan.owns(value)) value.dispose();
  } else if (typeof value === "object" && value !== null) {
    for (const item of Object.values(value)) disposeAll(item, plan);
  }
}
