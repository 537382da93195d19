// The Tensor: a handle on storage with a shape and a dtype. Graphs and gradients are src/autograd.ts; the operations,
// which are methods too, are src/ops/ and src/methods.ts; making tensors from values is src/ops/create.ts.
import { formatTensor } from "./format.ts";
import { allocate, release, type Storage } from "./memory.ts";
import { DISPOSE, enroll, finalize, type GraphNode, type Held, releaseAll, type Scoped } from "./scope.ts";
import { describe, fault, refusal, type Shape, show, sizeOf, stridesOf } from "./shape.ts";
import { f32, i32, readF32, readI32, readU8, state, tap, u8 } from "./wasm.ts";

/** Kinds of elements: 32-bit floats, 32-bit integers, and booleans of one byte each. */
export type DType = "float32" | "int32" | "bool";

/** Bytes of an element. */
export const BYTES: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bool: 1 };

/** A fresh view of `n` elements at an address. */
export const viewOf = (dtype: DType, ptr: number, n: number): Float32Array | Int32Array | Uint8Array =>
  dtype === "float32" ? f32(ptr, n) : dtype === "int32" ? i32(ptr, n) : u8(ptr, n);

/** A tensor's values as nested arrays; a plain value for a scalar. */
export type Nested = number | boolean | Nested[];

/**
 * An n-dimensional array in WebAssembly memory, row-major and contiguous, of float32, int32 or bool.
 *
 * Made by `tensor`, `zeros`, `rand` ...; every operation is both a function, `relu(x)`, and a method, `x.relu()`.
 * It lives until the scope around it ends (`tidy`, a turn of `batches`), until `dispose()`, or until it is garbage.
 *
 * @example
 * ```ts
 * import { tensor } from "sedge";
 * const x = tensor([[1, -2], [3, 4]]);
 * x.shape; // => [2,2]
 * x.relu().mul(10).toArray(); // => [[10,0],[30,40]]
 * String(x.sum({ axis: 0 })); // => "tensor([4, 2], float32)"
 * ```
 */
export class Tensor implements Scoped {
  /** Sizes of the axes, outermost first; `[]` for a scalar. */
  readonly shape: Shape;
  /** Number of elements. */
  readonly size: number;
  /** Kind of the elements. */
  readonly dtype: DType;
  /** @internal The block behind it; null once released. */
  storage: Storage | null;
  /** @internal Bytes from the start of the block. */
  readonly offset: number;
  /** @internal How it was computed, if gradients flow through it. */
  node: GraphNode | null = null;
  /** @internal The op that made it. */
  origin = "tensor";
  /** @internal */
  kept = false;
  /** @internal The leaf whose gradient this is; it keeps the leaf reachable, whose finalizer releases both. */
  owner: Tensor | null = null;
  private held: Held | null = null;
  private trainable = false;
  private gradient: Tensor | null = null;

  /** @internal Takes over one reference to `storage`. Use `tensor()` and kin. */
  constructor(storage: Storage, offset: number, shape: Shape, dtype: DType) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** Whether it has been released; any use but this one then throws. */
  get disposed(): boolean {
    return this.storage === null;
  }

  /** @internal Whether the finalizer looks after it. */
  get registered(): boolean {
    return this.held !== null;
  }

  /** @internal Byte address of the first element. */
  get ptr(): number {
    if (this.storage === null) throw this.released();
    tap?.seen(this);
    return this.storage.ptr + this.offset;
  }

  /** Whether gradients are computed for it: set on a leaf, inherited by results. */
  get requiresGrad(): boolean {
    return this.trainable || this.node !== null;
  }

  set requiresGrad(on: boolean) {
    if (this.node !== null && !on) {
      throw new TypeError(`requiresGrad: expected a leaf, got a result of ${this.origin}; use detach()`);
    }
    if (on && this.dtype !== "float32") {
      throw new TypeError(`requiresGrad: expected a float32 tensor, got ${this.dtype} ${show(this.shape)}`);
    }
    this.trainable = on && this.node === null;
    state.changes++;
  }

  /** Whether it was not computed from tensors that require gradients; only leaves get a `grad`. */
  get isLeaf(): boolean {
    return this.node === null;
  }

  /** The gradient accumulated by `backward`, of the same shape; null before the first and after `zeroGrad`. */
  get grad(): Tensor | null {
    return this.gradient;
  }

  set grad(grad: Tensor | null) {
    if (grad === this.gradient) return;
    if (grad !== null) expectGradient(this, grad);
    if (this.storage === null) throw this.released();
    const own = grad === null ? null : alias(grad);
    const old = this.gradient;
    this.forgetGrad();
    old?.leave(); // somebody may still hold it
    if (own !== null) this.adoptGrad(own);
  }

  /** @internal Lets go of the gradient: releases it, unless it was kept. */
  dropGrad(): void {
    if (this.gradient?.kept === true) this.grad = null;
    else this.gradient?.dispose();
  }

  /** @internal The leaf whose gradient this is forgets it. */
  part(): void {
    this.owner?.forgetGrad();
  }

  /** @internal Makes `grad`, a handle that no scope owns, this leaf's gradient. */
  adoptGrad(grad: Tensor): void {
    tap?.grad(this, grad);
    this.gradient = grad;
    grad.owner = this;
    if (this.held !== null) this.held[1] = grad.storage!;
  }

  private forgetGrad(): void {
    tap?.grad(this, null);
    if (this.gradient !== null) this.gradient.owner = null;
    this.gradient = null;
    if (this.held !== null && this.held.length > 1) this.held.length = 1;
  }

  /**
   * The elements, as a view of WebAssembly memory: writing to it writes to the tensor, unseen by `backward`. Read it,
   * use it, drop it: the view is detached when memory grows. For a copy, `data.slice()`.
   */
  get data(): Float32Array | Int32Array | Uint8Array {
    return viewOf(this.dtype, this.ptr, this.size);
  }

  /**
   * The one element of a tensor of size 1.
   * @throws RangeError if there is not exactly one.
   */
  item(): number {
    if (this.size !== 1) throw new RangeError(`item: expected a tensor of one element, got shape ${show(this.shape)}`);
    const { ptr, dtype } = this;
    const read = dtype === "float32" ? readF32 : dtype === "int32" ? readI32 : readU8;
    return tap?.item(() => read(ptr)) ?? read(ptr);
  }

  /** The elements as nested arrays of numbers, or of booleans; a plain value for a scalar. */
  toArray(): Nested {
    const { data, shape } = this;
    const strides = stridesOf(shape);
    const nest = (axis: number, at: number): Nested => {
      if (axis === shape.length) return this.dtype === "bool" ? data[at] === 1 : data[at]!;
      return Array.from({ length: shape[axis]! }, (_, i) => nest(axis + 1, at + i * strides[axis]!));
    };
    return nest(0, 0);
  }

  /** The values with shape and kind, in the manner of NumPy; long axes are abbreviated. */
  toString(): string {
    if (this.storage === null)
      return `tensor(released, shape ${show(this.shape)}, ${this.dtype}, made by ${this.origin})`;
    const notes = this.node !== null ? `, from ${this.origin}` : this.trainable ? ", requiresGrad" : "";
    return formatTensor(this.data, this.shape, this.dtype, notes);
  }

  /** What Node's and Deno's consoles show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** Releases it now. Views of it and graphs that need it keep the memory until they go. Harmless when repeated. */
  dispose(): void {
    const { storage } = this;
    if (storage === null) return;
    this.dropGrad();
    this.part();
    this.storage = null;
    if (this.held !== null) releaseAll(this.held);
    else release(storage);
    const { node } = this;
    this.node = null;
    node?.release();
  }

  /** Lets `using x = ...` release it at the end of the block. */
  [DISPOSE](): void {
    this.dispose();
  }

  /** @internal Hands it to the finalizer: no scope looks after it any more. */
  leave(): void {
    // the finalizer of a leaf looks after its gradient too
    if (this.held !== null || this.storage === null || this.owner !== null) return;
    this.held = [this.storage];
    if (this.gradient !== null) this.held.push(this.gradient.storage!);
    finalize(this, this.held, this.storage.bytes);
    this.node?.leave();
  }

  /** @internal Marks a write in place. */
  touch(): void {
    if (this.storage === null) throw this.released();
    this.storage.version++;
  }

  /** @internal The error of using it after its release. */
  released(): Error {
    return new Error(
      `tensor of shape ${show(this.shape)} made by ${this.origin} was used after its release; ` +
        "return it from tidy(), keep() it, or do not dispose() it before its last use",
    );
  }
}

/** Stands outside of the class: the bundler would call a class that names itself _Tensor, in messages too. */
function expectGradient(leaf: Tensor, grad: unknown): void {
  const isTensor = grad instanceof Tensor;
  if (isTensor && show(grad.shape) === show(leaf.shape) && grad.dtype === "float32") return;
  const got = isTensor ? `${grad.dtype} ${show(grad.shape)}` : describe(grad);
  throw fault("grad", `a float32 tensor of shape ${show(leaf.shape)} or null`, got, TypeError);
}

/** A tensor of uninitialised elements in the current scope: what an op writes its result into. */
export function empty(shape: Shape, dtype: DType = "float32"): Tensor {
  const t = unscoped(shape, dtype);
  enroll(t);
  return t;
}

/** A tensor of uninitialised elements under no scope and no finalizer: its maker must dispose, adopt or `leave` it. */
export function unscoped(shape: Shape, dtype: DType): Tensor {
  const bytes = sizeOf(shape) * BYTES[dtype];
  return new Tensor(
    allocate(bytes, () => `a ${dtype} tensor of shape ${show(shape)}`),
    0,
    shape,
    dtype,
  );
}

/** A tensor over the same storage, contiguous, from `offset` elements on. */
export function view(x: Tensor, shape: Shape, offset = 0): Tensor {
  if (x.storage === null) throw x.released();
  const t = fromStorage(x.storage, x.offset + offset * BYTES[x.dtype], shape, x.dtype);
  enroll(t);
  return t;
}

/** A handle of its own on the same elements, under no scope and no finalizer: its maker must dispose or adopt it. */
export function alias(x: Tensor): Tensor {
  if (x.storage === null) throw x.released();
  return fromStorage(x.storage, x.offset, x.shape, x.dtype);
}

/** A handle, under no scope, on a block that is already there. */
export function fromStorage(storage: Storage, offset: number, shape: Shape, dtype: DType): Tensor {
  storage.refs++;
  return new Tensor(storage, offset, shape, dtype);
}

/** Refuses what is no live tensor, or not of one of the dtypes named. */
export function expectTensor(
  op: string,
  name: string,
  x: unknown,
  dtype?: DType | readonly DType[],
): asserts x is Tensor {
  if (!(x instanceof Tensor)) throw refusal(op, `${name} to be a tensor`, x, TypeError);
  if (x.storage === null) throw new Error(`${op}: ${name}: ${x.released().message}`);
  if (dtype !== undefined && x.dtype !== dtype && !dtype.includes(x.dtype)) {
    const kinds = typeof dtype === "string" ? dtype : dtype.join(" or ");
    throw fault(op, `${name} to be ${kinds}`, x.dtype, TypeError);
  }
}
