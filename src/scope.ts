// Lifetimes: scopes that release what was made in them, and the finalizer for what lives outside of any.
// Knows a thing to release only by the interface below; storage itself is src/memory.ts.
/// <reference lib="esnext.disposable" preserve="true" />
import { release, type Storage } from "./memory.ts";
import { demand } from "./shape.ts";
import { u8 } from "./wasm.ts";

/** What a scope releases at its end: a tensor's handle. */
export interface Scoped {
  /** Whether it has been released already. */
  readonly disposed: boolean;
  /** @internal Set by `keep`: no scope releases it. */
  kept: boolean;
  /** @internal The leaf whose gradient this is, which takes it along when it is released. */
  readonly owner: Scoped | null;
  dispose(): void;
  /** @internal The block that it holds; null once released. */
  readonly storage: Storage | null;
  /** @internal Called when it leaves the outermost scope alive: hands it, and the graph behind it, to the finalizer. */
  leave(): void;
  /** @internal Called on a gradient that outlives its leaf: the leaf forgets it. */
  part(): void;
}

/** What the graph must offer to a handle; src/autograd.ts implements it. */
export interface GraphNode {
  /** The handle lets go of the node. */
  release(): void;
  /** The handle has left the outermost scope: the finalizer looks after the node, and those behind it, from now on. */
  leave(): void;
}

/** The key of `using`; where the runtime lacks it, the one that compilers fall back to. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for("Symbol.dispose") as typeof Symbol.dispose);

let current: Scope | null = null;

/** Members of a scope before the first sweep: more than most turns of a training loop make. */
const ROOM = 256;

/**
 * A span of the program at whose end the tensors made in it are released. Made by `tidy()`.
 *
 * @example
 * ```ts
 * import { memory, ones, tidy } from "sedge";
 * const before = memory().tensors;
 * const scope = tidy();
 * ones([3]).add(1);
 * scope.close();
 * memory().tensors - before; // => 0
 * ```
 */
export class Scope {
  private readonly parent: Scope | null;
  private readonly members: Scoped[] = [];
  /** At how many members those released meanwhile are swept out. */
  private room = ROOM;
  private open = true;

  /** @internal Use `tidy()`. */
  constructor() {
    this.parent = current;
    current = this;
  }

  /** @internal Whether a typed array lies over memory that ends with this scope. */
  ends(view: ArrayBufferView): boolean {
    if (view.buffer !== u8(0, 0).buffer || view.byteLength === 0) return false;
    const over = this.members.filter(({ storage, kept }) => {
      const at = view.byteOffset - (storage?.ptr ?? Infinity);
      return !kept && at >= 0 && at < storage!.bytes;
    });
    return over.length > 0 && over.length === over[0]!.storage!.refs;
  }

  /** @internal Takes a newly made tensor. */
  add(member: Scoped): void {
    if (this.members.length >= this.room) this.sweep();
    this.members.push(member);
  }

  /** Forgets members released by hand, so that a scope around a long loop holds no more than what lives. */
  private sweep(): void {
    let kept = 0;
    for (const member of this.members) if (!member.disposed && !member.kept) this.members[kept++] = member;
    this.members.length = kept;
    this.room = Math.max(ROOM, 2 * kept);
  }

  /** Releases what was made since the scope was opened, except what was kept. Closing twice does nothing. */
  close(): void {
    this.closeExcept(null);
  }

  [DISPOSE](): void {
    this.close();
  }

  /** @internal Closes; `survivors` pass to the scope around, or leave the outermost. */
  closeExcept(survivors: ReadonlySet<object> | null): void {
    if (!this.open) return;
    const inOrder = current === this;
    // Out of order, whatever was opened inside and never closed ends here too, so that the library stays usable.
    while (current !== null && current !== this) current.end(null);
    this.end(survivors);
    if (!inOrder) {
      throw new Error(
        "tidy: scopes closed out of order: a scope or a batches() loop that was opened inside this one was still open. " +
          "Leave inner loops by break or return, and let asynchronous tasks that overlap not share scopes",
      );
    }
  }

  private end(survivors: ReadonlySet<object> | null): void {
    this.open = false;
    current = this.parent;
    const { members, parent } = this;
    if (survivors !== null) this.adoptGradients(survivors);
    for (let i = 0; i < members.length; i++) {
      const member = members[i]!;
      if (member.disposed || member.kept) continue;
      if (survivors?.has(member) !== true) member.dispose();
      else if (parent !== null) parent.add(member);
      else member.leave();
    }
    members.length = 0;
  }

  /** A gradient that is returned without its leaf becomes a member of its own, or the leaf would take it along. */
  private adoptGradients(survivors: ReadonlySet<object>): void {
    for (const gradient of survivors) {
      if (!isScoped(gradient) || gradient.kept || gradient.owner === null) continue;
      const { owner } = gradient;
      if (owner.kept || survivors.has(owner) || !this.members.includes(owner)) continue;
      gradient.part();
      this.members.push(gradient);
    }
  }
}

/** Puts a new tensor under the current scope, or under the finalizer where there is none. */
export function enroll(member: Scoped): void {
  if (current !== null) current.add(member);
  else member.leave();
}

/**
 * Runs `fn` and releases every tensor that it made, except those it returns (alone, or in arrays, plain objects, maps
 * and sets) and those it passed to `keep`. Without an argument it opens a scope that ends with the block it stands in:
 * `using scope = tidy();`, or with `scope.close()`.
 *
 * Parameters, variables, their gradients and optimizer state never belong to a scope.
 *
 * @param fn a synchronous function.
 * @returns what `fn` returns, or the open scope.
 * @throws TypeError if `fn` is asynchronous: its scope would end before its work; RangeError if it returns the `data` of a
 * tensor that is released; Error when scopes are closed out of order.
 * @see https://js.tensorflow.org/api/latest/#tidy
 *
 * @example
 * ```ts
 * import { memory, ones, tidy } from "sedge";
 * const before = memory().tensors;
 * const y = tidy(() => ones([3]).add(1).mul(2));
 * y.toArray(); // => [4,4,4]
 * memory().tensors - before; // => 1
 * y.dispose();
 * ```
 */
export function tidy(): Scope;
export function tidy<T>(fn: () => T): T;
export function tidy<T>(fn?: () => T): T | Scope {
  if (fn === undefined) return new Scope();
  demand(typeof fn === "function", "tidy", "a function", fn, TypeError);
  if (fn.constructor.name === "AsyncFunction") throw asynchronous();
  const scope = new Scope();
  const survivors = new Set<object>();
  let result: T;
  try {
    result = fn();
    if (isThenable(result)) throw asynchronous();
    const lost = ArrayBuffer.isView(result) && scope.ends(result);
    demand(!lost, "tidy", "fn to return a tensor, or a copy as x.toArray() gives", "the data of one that ends here");
    collect(result, survivors);
  } catch (error) {
    closeAfterThrow(scope);
    throw error;
  }
  scope.closeExcept(survivors);
  return result;
}

/** The error of the body is what the user must see, not that it left an inner scope open. */
function closeAfterThrow(scope: Scope): void {
  try {
    scope.close();
  } catch {}
}

/** The error of what must not go on after its end. */
export const asynchronous = (op = "tidy", cure = "; tidy the synchronous parts between the awaits"): TypeError =>
  new TypeError(`${op}: expected a synchronous function, got an asynchronous one, which would outlast it${cure}`);

/** Whether a function that returned this goes on after its end. */
export const isThenable = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";

/**
 * Exempts a tensor from the scopes around it: it lives until `dispose()`, or until it is unreachable.
 *
 * @returns the same tensor.
 * @param tensor any.
 * @see https://js.tensorflow.org/api/latest/#keep
 *
 * @example
 * ```ts
 * import { keep, ones, tidy } from "sedge";
 * let kept = ones([1]);
 * tidy(() => {
 *   kept = keep(ones([2]).mul(3));
 * });
 * kept.toArray(); // => [3,3]
 * ```
 */
export function keep<T extends Scoped>(tensor: T): T {
  demand(isScoped(tensor), "keep", "a tensor", tensor, TypeError);
  if (!tensor.kept) {
    tensor.kept = true;
    tensor.leave();
  }
  return tensor;
}

function isScoped(value: unknown): value is Scoped {
  return typeof value === "object" && value !== null && "kept" in value && "leave" in value;
}

/** The tensors within a result, and what holds them: alone, or in arrays, plain objects, maps and sets. */
function collect(value: unknown, found: Set<object>): void {
  if (typeof value !== "object" || value === null || found.has(value)) return;
  found.add(value);
  if (Array.isArray(value) || value instanceof Set) for (const v of value) collect(v, found);
  else if (value instanceof Map) for (const v of value.values()) collect(v, found);
  else if (isPlain(value)) for (const v of Object.values(value)) collect(v, found);
}

/** Prototypes of classes that are looked into as plain objects are: values made of tensors, as a PackedSequence. */
export const containers: WeakSet<object> = new WeakSet([Object.prototype]);

/** An object literal, or one without a prototype, as `load` returns. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || containers.has(prototype);
}

// ---- the finalizer

/**
 * What the finalizer of a handle or a node releases. A list of its own, emptied by an explicit release: it never
 * reaches a handle or a closure, or nothing would ever become unreachable.
 */
export type Held = Storage[];

/** Null in edge runtimes without one: there, what no scope releases lives until `dispose()`. */
const finalizer = typeof FinalizationRegistry === "undefined" ? null : new FinalizationRegistry<Held>(releaseAll);

/** Releases what is still held, once. */
export function releaseAll(held: Held): void {
  for (let i = 0; i < held.length; i++) release(held[i]!);
  held.length = 0;
}

/** Bytes handed to the finalizer since the last ballast. */
let unballasted = 0;
/** From this many bytes on, the collector is told: it does not see linear memory otherwise. */
const BALLAST_BYTES = 2 ** 18;

/**
 * Releases `held` when `owner` is garbage. The engine's collector counts only its own memory, so a loop that drops
 * large tensors would look idle to it: buffers of the same size, never touched, hang on every so many owners, and make
 * it run in time.
 */
export function finalize(owner: object & { ballast?: ArrayBuffer }, held: Held, bytes: number): void {
  if (finalizer === null) return;
  finalizer.register(owner, held);
  unballasted += bytes;
  if (unballasted < BALLAST_BYTES) return;
  try {
    owner.ballast = new ArrayBuffer(unballasted);
  } catch {} // no room for it: then the collector is told by others
  unballasted = 0;
}
