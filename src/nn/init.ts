// The public namespace `nn.init`: initialisers fill a tensor in place by rule, or from the seeded stream. Names only; which
// layer uses which stands in the layer.
export * from "./init-plain.ts";
export * from "./init-structure.ts";
export * from "./init-variance.ts";
