// What importing core.wasm gives where runtimes and bundlers compile it: a WebAssembly.Module.
declare module "*.wasm" {
  const module: object;
  export default module;
}
declare module "*.wasm?module" {
  const module: object;
  export default module;
}
