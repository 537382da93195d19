// What is bundled: dist/functional.js is this file with all it imports. The other entries are small files beside it that
// import it, so that they share one state and nothing is downloaded twice (scripts/build.ts).
export * from "./functional.ts";
export { installMethods } from "./methods.ts";
