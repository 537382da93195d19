# The Worker in plain workerd, bundled as README.md says.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "edge", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "edge")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "core.wasm", wasm = embed "core.wasm"),
  ],
  compatibilityDate = "2025-06-01",
);
