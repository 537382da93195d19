// Where in a model an error arose: the layer's path is put before its message on the way out. Knows modules only as
// objects with names.
import { show } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** What has been found out about an error so far. */
interface Trace {
  /** The outermost module that it has passed. */
  module: object;
  /** From there to the layer it arose in, as `encoder.2.conv`. */
  path: string;
  /** The message without a path. */
  readonly detail: string;
}

const traces = new WeakMap<Error, Trace>();

/** Starts the path of an error that arose in `module` itself, whose class is called `kind`. */
export function traceStart(error: unknown, module: object, kind: string, inputs: readonly unknown[]): void {
  if (!isRewritable(error)) return;
  const { message } = error;
  const [, op, rest] = /^(\w+): (.*)$/s.exec(message) ?? [];
  const shape = shapeNote(message, inputs[0]);
  // The layer's path says it better than the op of the same name; another op's name must stay.
  const detail = (op?.toLowerCase() === kind.toLowerCase() ? rest! : message) + shape;
  traces.set(error, { module, path: "", detail });
  rewrite(error, message + shape);
}

/** Whether an error has a path already. */
export function isTraced(error: unknown): boolean {
  return error instanceof Error && traces.has(error);
}

/** Puts the name that `module`, further out, has for where the error came from before its path. */
export function traceThrough(error: unknown, module: object, nameOf: (inner: object) => string | undefined): void {
  const trace = error instanceof Error ? traces.get(error) : undefined;
  if (trace === undefined || trace.module === module) return;
  const name = nameOf(trace.module);
  trace.module = module;
  if (name === undefined || name === "") return;
  trace.path = trace.path === "" ? name : `${name}.${trace.path}`;
  rewrite(error as Error, `${trace.path}: ${trace.detail}`);
}

function shapeNote(message: string, input: unknown): string {
  if (!(input instanceof Tensor) || message.includes("\n")) return "";
  const shape = show(input.shape);
  return message.includes(shape) ? "" : ` (input shape ${shape})`;
}

/** Errors of the platform, as DOMException, have a message that cannot be set. */
function isRewritable(error: unknown): error is Error {
  return error instanceof Error && Object.getOwnPropertyDescriptor(error, "message")?.writable === true;
}

/** V8 copies the message into the stack when the error is made, and consoles print the stack. */
function rewrite(error: Error, message: string): void {
  const { stack } = error;
  if (typeof stack === "string") error.stack = stack.replace(error.message, () => message);
  error.message = message;
}
