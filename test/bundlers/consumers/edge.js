// What an edge function is made of: a module with a `fetch` handler, for runtimes that compile no bytes.
import { train } from "./train.js";

export default {
  async fetch() {
    return Response.json(await train());
  },
};
