// The entry "sedge/inspect": what looks into models and gradients while one works on them.
import "./boot.ts";

export { type GradcheckOptions, gradcheck, gradgradcheck } from "./inspect/gradcheck.ts";
