// The Worker as a route of Next.js in the edge runtime: this file as app/train/route.ts and as app/predict/route.ts, with the
// path to the Worker changed to where that lies.
import worker from "./worker.ts";

export const runtime = "edge";
export const POST = (request: Request): Promise<Response> => worker.fetch(request);
