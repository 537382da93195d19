// The Worker of examples/edge, in Cloudflare's workerd, in Vercel's edge-runtime and in this process: what it learns and
// refuses, and that nothing adds up over requests. Starting them is test/edge/runtimes.ts, bad requests test/edge/refused.ts.
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import worker from "../examples/edge/worker.ts";
import { decodeSafetensors, memory, safetensorsMetadata } from "../src/entry.ts";
import { broken, damaged, refused } from "./edge/refused.ts";
import { blobs, form, largest, post } from "./edge/requests.ts";
import { type Ask, edgeRuntime, inEdgeRuntime, inWorkerd, type Served } from "./edge/runtimes.ts";
import { find } from "./runtimes/launch/workerd.ts";

const here: Ask = (path, init) => worker.fetch(new Request(`http://edge.example${path}`, init));

const bytesOf = async (answer: Response): Promise<Uint8Array> => {
  if (answer.status !== 200) throw new Error(await answer.text());
  return new Uint8Array(await answer.arrayBuffer());
};
const trained = async (ask: Ask, body: object): Promise<Uint8Array> => bytesOf(await ask("/train", post(body)));

/** What it must do everywhere. */
function behaves(ask: Ask): void {
  it("learns blobs, keeps some back to judge itself, and tells the classes of rows that it has not seen", async () => {
    const { rows, labels } = blobs(180);
    const answer = await ask("/train", post({ rows: rows.slice(0, 150), labels: labels.slice(0, 150), holdOut: 0.2 }));
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    const model = await bytesOf(answer);
    const { classes, accuracy, heldOutAccuracy } = safetensorsMetadata(model);
    expect(JSON.parse(classes!)).toEqual([...new Set(labels)]);
    expect(Number(accuracy)).toBeGreaterThan(0.95);
    expect(Number(heldOutAccuracy)).toBeGreaterThan(0.9);
    const told = await (await ask("/predict", form(model, rows.slice(150)))).json();
    const right = told.predictions.filter((p: { class: string }, i: number) => p.class === labels[150 + i]);
    expect(right.length).toBeGreaterThan(27);
    for (const { probabilities } of told.predictions) {
      expect(probabilities.reduce((sum: number, p: number) => sum + p)).toBeCloseTo(1, 5);
    }
  });

  it("takes classes that are numbers, columns that never change, and columns of any scale", async () => {
    const { rows, labels } = blobs(60);
    const scaled = rows.map(([a, b, c]) => [a! * 1e12, 7.1, b! * 1e-12, c! + 1e5]);
    const numbers = labels.map((label) => [3, -1.5, 0][["ash", "birch", "cedar"].indexOf(label)]!);
    const model = await trained(ask, { rows: scaled, labels: numbers, epochs: 100 });
    expect(Number(safetensorsMetadata(model).accuracy)).toBeGreaterThan(0.9);
    const { classes, predictions } = await (await ask("/predict", form(model, scaled))).json();
    expect(classes).toEqual([3, -1.5, 0]);
    const wrong = predictions.filter((p: { class: number }, i: number) => p.class !== numbers[i]);
    expect(wrong.length / 60).toBeCloseTo(1 - Number(safetensorsMetadata(model).accuracy), 5);
  });

  it("gives the same bytes for the same request, and others for another seed", async () => {
    const body = { ...blobs(64), epochs: 3 };
    const first = await trained(ask, { ...body, seed: 7 });
    const other = await trained(ask, { ...body, seed: 8 });
    expect(await trained(ask, { ...body, seed: 7 })).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("keeps requests apart that overlap", async () => {
    const bodies = Array.from({ length: 6 }, (_, seed) => ({ ...blobs(64), epochs: 5, seed }));
    const alone: Uint8Array[] = [];
    for (const body of bodies) alone.push(await trained(ask, body));
    expect(await Promise.all(bodies.map((body) => trained(ask, body)))).toEqual(alone);
    // one whose body comes in two parts, between which others are served
    let send!: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        send = controller;
      },
    });
    const text = new TextEncoder().encode(JSON.stringify(bodies[0]));
    const { headers } = post({});
    const slow = ask("/train", { method: "POST", headers: headers!, body: stream, duplex: "half" } as RequestInit);
    send.enqueue(text.subarray(0, 1000));
    expect(await trained(ask, bodies[1]!)).toEqual(alone[1]);
    send.enqueue(text.subarray(1000));
    send.close();
    expect(await bytesOf(await slow)).toEqual(alone[0]);
  });

  it.each(refused)("answers %s with %i", async (_, status, path, init, message) => {
    const answer = await ask(path, init());
    const text = await answer.text();
    expect(text).toMatch(/^\{"error":".*"\}$/);
    expect(JSON.parse(text).error).toMatch(message);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("allow")).toBe(status === 405 ? "POST" : null);
    expect(text.length).toBeLessThan(400);
  });

  it("takes rows as a file too, and refuses those that do not fit the model", async () => {
    const model = await trained(ask, { ...blobs(30), epochs: 1 });
    const sent = form(model);
    (sent.body as FormData).append("rows", new Blob(["[[1, 2, 3]]"]));
    expect((await (await ask("/predict", sent)).json()).predictions).toHaveLength(1);
    for (const [rows, status, error] of [
      ["[[1,2", 400, /^rows: expected JSON, got "\[\[1,2" /],
      [[[1, 2, 3], [4]], 422, /^rows\[1\]: expected 3 numbers, got an array of 1$/],
      [[], 422, /^rows: expected 1 to 10000 rows, got an array of 0$/],
    ] as const) {
      const answer = await ask("/predict", form(model, rows));
      expect([answer.status, (await answer.json()).error]).toEqual([status, expect.stringMatching(error)]);
    }
  });

  it("answers files that are no model of its own with 400, whatever is wrong with them", async () => {
    for (const [what, bytes] of broken(await trained(ask, { ...blobs(30), epochs: 1 }))) {
      const answer = await ask("/predict", form(bytes, [[1, 2, 3]]));
      const text = await answer.text();
      expect([what, answer.status, text]).toEqual([what, 400, expect.stringMatching(/^\{"error":"model: expected /)]);
    }
  });
}

describe("the Worker in this process", () => {
  behaves(here);

  it("answers damaged files with 200 or 400, and never by a fault", async () => {
    const model = await trained(here, { ...blobs(30), epochs: 1 });
    const statuses = new Set<number>();
    for (const bytes of damaged(model, 500)) statuses.add((await here("/predict", form(bytes, [[1, 2, 3]]))).status);
    expect([...statuses].sort()).toEqual([200, 400]);
  });

  it("releases all that a request made, also of one that is refused", async () => {
    const model = await trained(here, { ...blobs(30), epochs: 1 });
    const before = memory();
    await trained(here, { ...blobs(30), epochs: 2, holdOut: 0.3 });
    await bytesOf(await here("/predict", form(model, [[1, 2, 3]])));
    for (const [, , path, init] of refused) await here(path, init());
    for (const [, bytes] of broken(model)) await here("/predict", form(bytes, [[1, 2, 3]]));
    expect(memory().tensors).toBe(before.tensors);
    expect(memory().bytes).toBe(before.bytes);
  });

  it("needs little memory for the largest request", async () => {
    memory({ resetPeak: true });
    await trained(here, largest(1));
    expect(memory().peakBytes).toBeLessThan(16e6);
  });
});

const found = await find();

describe.skipIf("missing" in found)("the Worker in workerd", () => {
  let served: Served;
  beforeAll(async () => {
    served = await inWorkerd("binary" in found ? found.binary : "");
  });
  afterAll(async () => {
    await served?.stop();
  });
  const there: Ask = (path, init) => served.ask(path, init);

  behaves(there);

  it("computes the same bytes as this process", async () => {
    const body = { ...blobs(100), epochs: 20, hidden: 24, seed: 42, holdOut: 0.25 };
    const model = await trained(there, body);
    expect(model).toEqual(await trained(here, body));
    const rows = blobs(10).rows;
    const [a, b] = [await there("/predict", form(model, rows)), await here("/predict", form(model, rows))];
    expect(await a.text()).toBe(await b.text());
    expect(Object.keys(decodeSafetensors(model))).toContain("mean");
  });

  /** Of /proc: megabytes in memory at most so far or now, or seconds of a processor. */
  const status = (name: "VmHWM" | "VmRSS"): number =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${served.pid}/status`, "utf8"))![1]) / 1024;
  const seconds = (): number => {
    const fields = readFileSync(`/proc/${served.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  const linux = it.skipIf(!existsSync("/proc/self/status"));

  linux(
    "stays within the memory and the time of a request when it gets the largest, and several at once",
    async () => {
      const before = status("VmRSS");
      const { error } = await (await there("/train", post(largest(1000)))).json();
      const most = Number(/^epochs: expected a whole number from 1 to (\d+),/.exec(error)![1]);
      const start = seconds();
      await trained(there, largest(most));
      expect(seconds() - start).toBeLessThan(20); // Cloudflare's default is 30
      await Promise.all(Array.from({ length: 8 }, () => trained(there, largest(2))));
      expect(status("VmHWM") - before).toBeLessThan(100);
    },
    180_000,
  );

  linux(
    "grows no larger over requests",
    async () => {
      const body = { ...blobs(64, 64, 32), hidden: 64, epochs: 1 }; // 26 kB of weights, as much twice over for Adam
      const serve = async (turns: number): Promise<void> => {
        for (let seed = 0; seed < turns; seed++) {
          const model = await trained(there, { ...body, seed });
          await bytesOf(await there("/predict", form(model, body.rows.slice(0, 2))));
        }
      };
      await serve(300);
      const before = status("VmRSS");
      await serve(200);
      expect(status("VmRSS") - before).toBeLessThan(8);
    },
    180_000,
  );

  it("has said nothing on its console", () => {
    expect(served.said()).toBe("");
  });
});

describe.skipIf(edgeRuntime === null)("the route of Next.js in edge-runtime", () => {
  let there: Ask;
  beforeAll(async () => {
    there = await inEdgeRuntime(edgeRuntime!);
  });
  behaves((path, init) => there(path, init));
});
