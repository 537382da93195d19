// A page's program that trains in a worker; bundlers find the worker's file by this very expression.
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const show = (result) => {
  document.body.textContent = JSON.stringify(result);
};
worker.onmessage = ({ data }) => show(data);
worker.onerror = ({ message }) => show({ error: message || "the worker did not load" });
