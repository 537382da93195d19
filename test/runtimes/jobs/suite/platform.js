// What a runtime offers, found by trying: SIMD, relaxed SIMD, and memory that a second thread really shares.

const bytes = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const FUNCTION = "\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a";
/** A function that splats a constant and drops it. */
const SIMD = bytes(`${FUNCTION}\x09\x01\x07\0\x41\0\xfd\x0f\x1a\x0b`);
/** One that multiplies and adds three such vectors by the relaxed instruction. */
const RELAXED = bytes(`${FUNCTION}\x14\x01\x12\0${"\x41\0\xfd\x0f".repeat(3)}\xfd\x85\x02\x1a\x0b`);

/** How long a thread may take to start, in ms, on a busy machine. */
const LIMIT = 20_000;

/** Adds to what it is sent, wakes who waits, and says so. */
const WORK = `
  const view = new Int32Array(memory.buffer);
  Atomics.add(view, 3, 42);
  Atomics.notify(view, 3);`;

/** Starts a thread, hands it the memory, and settles when it has said that it is done; `stop` ends it. */
function inThread(memory) {
  const builtin = globalThis.process?.getBuiltinModule;
  const { Worker: NodeWorker } = builtin?.("node:worker_threads") ?? {};
  if (typeof Worker === "function") {
    const code = `onmessage = ({ data: memory }) => { ${WORK} postMessage("done"); };`;
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    const worker = new Worker(url, { type: "module" });
    const done = new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onmessageerror = () => reject(new Error("the memory did not arrive"));
      worker.onerror = (event) => reject(new Error(event.message || "the worker failed"));
      worker.postMessage(memory);
    });
    return { done, stop: () => worker.terminate() };
  }
  if (NodeWorker === undefined) throw new Error("no Worker");
  const code = `const { parentPort } = require("node:worker_threads");
    parentPort.once("message", (memory) => { ${WORK} parentPort.postMessage("done"); });`;
  const worker = new NodeWorker(code, { eval: true });
  const done = new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.postMessage(memory);
  });
  return { done, stop: () => worker.terminate() };
}

/** Why there are no threads; null if what a thread wrote was seen here. */
async function threadFault() {
  let thread;
  let timer;
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const view = new Int32Array(memory.buffer);
    thread = inThread(memory);
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("no answer")), LIMIT);
    });
    await Promise.race([thread.done, late]);
    return Atomics.load(view, 3) === 42 ? null : "what the thread wrote was not seen";
  } catch (error) {
    return String(error?.message ?? error);
  } finally {
    clearTimeout(timer);
    thread?.stop();
  }
}

export async function platform() {
  const fault = await threadFault();
  return {
    simd: WebAssembly.validate(SIMD),
    relaxedSimd: WebAssembly.validate(RELAXED),
    threads: fault === null,
    ...(fault !== null && { threadFault: fault }),
  };
}
