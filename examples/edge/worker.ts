// A Cloudflare Worker that learns: POST /train fits a small classifier to rows of numbers and answers with its weights,
// POST /predict applies such weights to other rows. Nothing stays between requests: the caller keeps the weights.
import { Refusal, readBody, readJson, readRows, readTraining } from "./checks.ts";
import { predict, train } from "./classifier.ts";

/** JSON in, the bytes of a safetensors file out. */
async function answerTrain(request: Request): Promise<Response> {
  const body = await readBody(request, "application/json");
  const bytes = train(readTraining(readJson("body", await body.text())));
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-type": "application/octet-stream" } });
}

/** A form in: the file as `model`, the rows as JSON in `rows`; JSON out. */
async function answerPredict(request: Request): Promise<Response> {
  const body = await readBody(request, "multipart/form-data");
  const form = await body.formData().catch((error: Error) => {
    throw new Refusal(400, `body: expected multipart/form-data, got what is none (${error.message})`);
  });
  const model = form.get("model");
  if (!(model instanceof Blob)) throw new Refusal(422, "model: expected a file of POST /train, got none");
  const rows = form.get("rows");
  if (rows === null) throw new Refusal(422, "rows: expected an array of arrays of numbers, got nothing");
  const [bytes, text] = [new Uint8Array(await model.arrayBuffer()), await new Response(rows).text()];
  return Response.json(predict(bytes, (columns) => readRows(readJson("rows", text), columns)));
}

const ROUTES = new Map([
  ["/train", answerTrain],
  ["/predict", answerPredict],
]);

export default {
  async fetch(request: Request): Promise<Response> {
    try {
      const { pathname } = new URL(request.url);
      const answer = ROUTES.get(pathname);
      if (!answer) throw new Refusal(404, `path: expected /train or /predict, got ${pathname.slice(0, 80)}`);
      if (request.method !== "POST") {
        throw new Refusal(405, `method: expected POST, got ${request.method}`, { allow: "POST" });
      }
      return await answer(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // a fault of ours: logged, and answered with a 500
      return Response.json({ error: error.message }, { status: error.status, headers: error.headers });
    }
  },
};
