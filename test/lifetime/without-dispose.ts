// A runtime without Symbol.dispose: run as a process, it prints what a scope closed through the fallback symbol leaves.
const fallback: symbol = Symbol.for("Symbol.dispose");
const whole = Symbol;
globalThis.Symbol = new Proxy((() => {}) as unknown as SymbolConstructor, {
  get: (_, key) => (key === "dispose" ? undefined : Reflect.get(whole, key)),
  apply: (_, __, args: [string]) => whole(...args),
});
const { memory, ones, tidy } = await import("../../src/entry.ts");

const scope: object = tidy();
const x: object = ones([3]);
const made = memory().tensors;
(scope as Record<symbol, () => void>)[fallback]!();
console.log(`${made} made, ${memory().tensors} left, tensors too: ${fallback in x}`);
