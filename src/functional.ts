// The entry "sedge/functional": everything but the methods, so that a bundler drops the ops that are not called.
import "./boot.ts";

export * from "./index.ts";
