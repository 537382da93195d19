// Checks of safetensors: through bytes, Blob, Response and fetch, as a program in a browser or at the edge gets a model.
import { close, equal, throws, values } from "./check.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** A model with its bytes. */
function saved({ encodeSafetensors, nn, seed }) {
  seed(21);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 3, 3),
    new nn.BatchNorm2d(3),
    new nn.Flatten(),
    new nn.Linear(27, 2),
  );
  return { model, bytes: encodeSafetensors(model.stateDict(), { metadata: { format: "sedge" } }) };
}

/** Loads bytes into a model of other weights: it must then answer as the first. */
function answersAlike(sedge, { model }, bytes) {
  const { decodeSafetensors, nn, seed, tensor, tidy } = sedge;
  equal(bytes instanceof Uint8Array, true, "bytes");
  seed(22);
  const other = new nn.Sequential(
    new nn.Conv2d(1, 3, 3),
    new nn.BatchNorm2d(3),
    new nn.Flatten(),
    new nn.Linear(27, 2),
  );
  other.loadStateDict(decodeSafetensors(bytes));
  const x = tensor(values(2 * 25), { shape: [2, 1, 5, 5] });
  equal(...[model, other].map((m) => tidy(() => m.eval().call(x).toArray())));
}

/** Base64 by what every runtime has. */
const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

export const files = {
  "a model goes through bytes": (sedge) => {
    const made = saved(sedge);
    answersAlike(sedge, made, made.bytes);
    equal({ ...sedge.safetensorsMetadata(made.bytes) }, { format: "sedge" });
  },

  "a model goes through a Blob": async (sedge) => {
    const made = saved(sedge);
    const blob = new Blob([made.bytes], { type: "application/octet-stream" });
    equal(blob.size, made.bytes.length);
    answersAlike(sedge, made, new Uint8Array(await blob.arrayBuffer()));
  },

  "a model goes through the stream of a Response": async (sedge) => {
    const made = saved(sedge);
    const parts = [];
    for (const reader = new Response(made.bytes).body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
    }
    answersAlike(sedge, made, new Uint8Array(await new Response(new Blob(parts)).arrayBuffer()));
  },

  // Where the runtime may not reach the server, by a data: URL, which is fetched all the same.
  "a model goes through fetch": async (sedge, env) => {
    const made = saved(sedge);
    const request = env.fetch
      ? [`${env.fetch}echo`, { method: "POST", body: made.bytes }]
      : [`data:application/octet-stream;base64,${base64(made.bytes)}`];
    const response = await fetch(...request);
    equal([response.ok, response.status], [true, 200]);
    answersAlike(sedge, made, new Uint8Array(await response.arrayBuffer()));
  },

  "values of every kind survive": ({ decodeSafetensors, encodeSafetensors, tensor, zeros }) => {
    const dict = {
      odd: tensor(values(13)),
      extremes: tensor([nan, inf, -inf, -0, 1e-45]),
      integers: tensor(Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
      flags: tensor([[true, false, true]]),
      none: zeros([3, 0]),
      scalar: tensor(2.5),
    };
    const read = decodeSafetensors(encodeSafetensors(dict));
    for (const [name, x] of Object.entries(dict)) {
      equal([read[name].shape, read[name].dtype, [...read[name].data]], [x.shape, x.dtype, [...x.data]], name);
    }
  },

  "files of others: halves, doubles, 64-bit integers": ({ decodeSafetensors }) => {
    const header = JSON.stringify({
      double: { dtype: "F64", shape: [2], data_offsets: [0, 16] },
      long: { dtype: "I64", shape: [1], data_offsets: [16, 24] },
      half: { dtype: "F16", shape: [2], data_offsets: [24, 28] },
      brain: { dtype: "BF16", shape: [2], data_offsets: [28, 32] },
    });
    const text = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
    const bytes = new Uint8Array(8 + text.length + 32);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    const at = 8 + text.length;
    view.setFloat64(at, 0.1, true);
    view.setFloat64(at + 8, -3, true);
    view.setBigInt64(at + 16, -7n, true);
    for (const [i, half] of [0x3e00, 0xc000, 0x3fc0, 0xc000].entries()) view.setUint16(at + 24 + 2 * i, half, true);
    const { double, long, half, brain } = decodeSafetensors(bytes);
    close(double, [0.1, -3]);
    equal([long.dtype, long.toArray(), half.toArray(), brain.toArray()], ["int32", [-7], [1.5, -2], [1.5, -2]]);
  },

  "bytes cut short are refused": (sedge) => {
    const { bytes } = saved(sedge);
    const before = sedge.memory().tensors;
    for (const end of [0, 7, 20, bytes.length - 1]) {
      throws(() => sedge.decodeSafetensors(bytes.slice(0, end)), RangeError, /^decodeSafetensors: /);
    }
    throws(() => sedge.decodeSafetensors("text"), TypeError, /Uint8Array/);
    equal(sedge.memory().tensors, before);
  },
};
