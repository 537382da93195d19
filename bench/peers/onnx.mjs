// Writes the small models that ONNX Runtime is timed with, as ONNX's protobuf has them. Running them is ort.mjs.
// Numbers of fields: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { PbfWriter } from "pbf";

const FLOAT = 1;
const INT64 = 7;
const IR_VERSION = 10;
/** onnx.AttributeProto.AttributeType */
const KINDS = { FLOAT: 1, INT: 2, STRING: 3, INTS: 7 };

/** An attribute: an integer, a list of them, or `{ float }`. */
function attribute([name, value], pbf) {
  pbf.writeStringField(1, name);
  if (Array.isArray(value)) {
    for (const v of value) pbf.writeVarintField(8, v);
    pbf.writeVarintField(20, KINDS.INTS);
  } else if (typeof value === "object") {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, KINDS.FLOAT);
  } else {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, KINDS.INT);
  }
}

function node({ op, inputs, outputs, attributes = {}, domain = "" }, pbf) {
  for (const name of inputs) pbf.writeStringField(1, name);
  for (const name of outputs) pbf.writeStringField(2, name);
  pbf.writeStringField(4, op);
  for (const entry of Object.entries(attributes)) pbf.writeMessage(5, attribute, entry);
  if (domain !== "") pbf.writeStringField(7, domain);
}

function initializer([name, { shape, data }], pbf) {
  for (const d of shape) pbf.writeVarintField(1, d);
  pbf.writeVarintField(2, data instanceof Float32Array ? FLOAT : INT64);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, new Uint8Array(data.buffer));
}

function tensorType({ type = FLOAT, shape }, pbf) {
  pbf.writeVarintField(1, type);
  pbf.writeMessage(
    2,
    (dims, p) => {
      for (const d of dims) p.writeMessage(1, (size, q) => q.writeVarintField(1, size), d);
    },
    shape,
  );
}

function valueInfo([name, info], pbf) {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, (of, p) => p.writeMessage(1, tensorType, of), info);
}

function graph({ nodes, initializers, inputs, outputs }, pbf) {
  for (const n of nodes) pbf.writeMessage(1, node, n);
  pbf.writeStringField(2, "graph");
  for (const entry of Object.entries(initializers)) pbf.writeMessage(5, initializer, entry);
  for (const entry of Object.entries(inputs)) pbf.writeMessage(11, valueInfo, entry);
  for (const entry of Object.entries(outputs)) pbf.writeMessage(12, valueInfo, entry);
}

/**
 * The bytes of a model: `nodes` of `{ op, inputs, outputs, attributes }`, `initializers` of `{ shape, data }` by name,
 * `inputs` and `outputs` of `{ shape }` by name.
 */
export function encodeModel({ nodes, initializers = {}, inputs, outputs, opset = 18 }) {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeMessage(7, graph, { nodes, initializers, inputs, outputs });
  pbf.writeMessage(8, (version, p) => p.writeVarintField(2, version), opset);
  return pbf.finish();
}
