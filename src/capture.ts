// The entry "sedge/capture": training steps that are recorded once and replayed.
import "./boot.ts";

export { type Captured, capture } from "./capture/capture.ts";
