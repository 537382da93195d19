// A peer is a process that stays alive and answers requests, one line of JSON each way. It is idle, waiting for its input,
// while others are timed. What is measured in which order is compare.ts.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Work } from "./works.ts";

/** How a peer is started. */
export interface Launch {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What to do where the process says that its library is missing. */
  readonly install: string;
}

/** What a peer can be asked, and what it answers: one key of the first, and what stands beside it. */
export interface Requests {
  /**
   * Sets a work up and warms it. `parameters`: how many numbers it trains. `merged`: how many more PyTorch has for the same
   * model, where the library has one bias for two.
   */
  prepare: { argument: Work; answer: { parameters: number | null; merged?: number } };
  /** Repeats the prepared work for so many ms. `median`: ms a step. */
  run: { argument: number; answer: { median: number; samples: number } };
  /** A training's losses over some steps: of its own weights and batch, which it tells, or of those told. */
  check: { argument: { steps: number; from?: Start }; answer: { losses: number[]; from?: Start } };
}

/** Weights by PyTorch's names, and the batch. */
export interface Start {
  readonly weights: Record<string, Values>;
  readonly batch: Record<string, Values>;
}

/** A tensor: little-endian numbers in base64. */
export interface Values {
  readonly dtype: "float32" | "int32";
  readonly shape: readonly number[];
  readonly base64: string;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What a peer said instead of an answer, without where this clone lies. */
export class PeerError extends Error {
  constructor(message: string) {
    super(message.replaceAll(ROOT, ""));
  }
}

/** Threads of whatever library reads these: one. */
const ONE_THREAD = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
/** Lines kept of what a process prints beside its answers. */
const KEPT = 30;
/** Longest time for an answer, in ms: the slowest peer needs some 10 s for three steps on a busy machine. */
const PATIENCE = 180_000;

export class Peer {
  readonly name: string;
  version = "";
  readonly #launch: Launch;
  readonly #process: ChildProcess;
  readonly #errors: string[] = [];
  /** Answers that nobody has asked for yet, and who waits for one. */
  readonly #lines: string[] = [];
  #waiting: ((line: string | null) => void) | null = null;
  #ended = false;

  private constructor(launch: Launch) {
    this.name = launch.name;
    this.#launch = launch;
    this.#process = spawn(launch.command, launch.args, { env: { ...process.env, ...ONE_THREAD } });
    const { stdin, stdout, stderr } = this.#process;
    stdin!.on("error", () => {}); // that it has ended is told by the answer that does not come
    createInterface({ input: stderr! }).on("line", (line) => {
      this.#errors.push(line);
      if (this.#errors.length > KEPT) this.#errors.shift();
    });
    createInterface({ input: stdout! }).on("line", (line) => this.#deliver(line));
    this.#process.on("error", (error) => {
      this.#errors.push(error.message);
      this.#end();
    });
    this.#process.on("close", () => this.#end());
  }

  /** Starts a process and waits until it can be asked. Throws a PeerError that says why it cannot, and what to install. */
  static async start(launch: Launch): Promise<Peer> {
    const peer = new Peer(launch);
    const { version } = (await peer.#answer()) as { version: string };
    peer.version = version;
    return peer;
  }

  async ask<K extends keyof Requests>(request: K, argument: Requests[K]["argument"]): Promise<Requests[K]["answer"]> {
    this.#process.stdin!.write(`${JSON.stringify({ [request]: argument })}\n`);
    return (await this.#answer()) as Requests[K]["answer"];
  }

  /** Ends the process. */
  close(): void {
    this.#process.kill("SIGKILL");
  }

  async #answer(): Promise<object> {
    const line = this.#lines.shift() ?? (this.#ended ? null : await this.#nextLine());
    if (line === null) throw new PeerError(this.#why());
    const answer = JSON.parse(line) as { error?: string };
    if (answer.error !== undefined) throw new PeerError(answer.error);
    return answer;
  }

  #nextLine(): Promise<string | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#errors.push(`no answer within ${PATIENCE / 1000} s`);
        this.close();
      }, PATIENCE);
      this.#waiting = (line) => {
        clearTimeout(timer);
        resolve(line);
      };
    });
  }

  #deliver(line: string): void {
    if (this.#waiting === null) this.#lines.push(line);
    else this.#waiting(line);
    this.#waiting = null;
  }

  #end(): void {
    this.#ended = true;
    this.#waiting?.(null);
    this.#waiting = null;
  }

  /** What the process said last; where a library was not found, what to install. */
  #why(): string {
    const error = this.#errors.filter((line) => /(Error|error|ENOENT|no answer)/.test(line)).at(-1);
    const text = (error ?? this.#errors.at(-1) ?? "ended without an answer").trim();
    return /ENOENT|Cannot find (package|module)|No module named/.test(text) ? `${text}; ${this.#launch.install}` : text;
  }
}
