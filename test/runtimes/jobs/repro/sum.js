// SHA-256 sums of what a training run leaves: state dicts and losses as bytes, the same in every runtime.

/** The hexadecimal SHA-256 of bytes. */
export async function sha256(bytes) {
  const { subtle } = globalThis.crypto ?? {};
  if (subtle === undefined) throw new Error("expected crypto.subtle: browsers have it on https and on 127.0.0.1 only");
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bits of the losses, which are float64 numbers: whatever the machine's order of bytes, the least first. */
export function numberBytes(losses) {
  const view = new DataView(new ArrayBuffer(8 * losses.length));
  losses.forEach((loss, i) => {
    view.setFloat64(8 * i, loss, true);
  });
  return new Uint8Array(view.buffer);
}

/**
 * A state dict as bytes: whatever there is in it, in its order, each value after its name and kind. A NaN is refused,
 * since engines may give it any of its bit patterns; a run that ends in one has not learnt anyway.
 */
export function stateBytes({ Tensor }, dict) {
  const parts = [];
  const text = (s) => {
    parts.push(new TextEncoder().encode(`${s}\n`));
  };
  const add = (name, value) => {
    if (value instanceof Tensor) {
      if (value.dtype === "float32" && value.data.some(Number.isNaN)) throw new Error(`expected no NaN in ${name}`);
      text(`${name} ${value.dtype} ${value.shape}`);
      const { data } = value;
      parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice());
    } else if (typeof value === "number") {
      text(`${name} number`);
      parts.push(numberBytes([value]));
    } else if (typeof value === "object" && value !== null) {
      text(`${name} with ${Object.keys(value).length}`);
      for (const [key, inner] of Object.entries(value)) add(`${name}.${key}`, inner);
    } else text(`${name} ${typeof value} ${value}`);
  };
  add("state", dict);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
