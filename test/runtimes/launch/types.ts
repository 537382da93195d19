// What launchers, jobs and the code between them agree on.
/** Why a runtime cannot run here, and how to get it. */
export interface Missing {
  readonly missing: string;
}

/** A runtime that this machine has; launchers add what they need to start it. */
export interface Found {
  readonly version: string;
}

/** A runtime of the nine. */
export interface Launcher {
  readonly name: string;
  find(): Promise<Found | Missing>;
  /**
   * Runs the default export of test/runtimes/jobs/JOB.js, or of another file if JOB is an absolute path, in a fresh process or
   * page, and gives what it returned.
   * Throws what the job threw, as text with its stack; also when `timeLimit`, in ms, is over.
   */
  run(job: string, options?: { timeLimit?: number }): Promise<unknown>;
}

/** What the code around a job sends back: see outcome.js. */
export type Outcome = { readonly value: unknown } | { readonly error: string };

/** A job on its way into a runtime. */
export interface Errand {
  /** The file of the job. */
  readonly job: string;
  /** What the job gets as its second argument. */
  readonly env: Env;
  /** An empty folder, gone afterwards. */
  readonly folder: string;
  readonly server: Server;
  /** Aborts when the time is over: whatever was started must end then. */
  readonly signal: AbortSignal;
}

export interface Env {
  /** The launcher's name. */
  readonly runtime: string;
  /** Where the little server is, for a runtime that may fetch: it answers a POST to `echo` by what it got. */
  readonly fetch?: string;
}

/** The little server beside a job: see server.ts. */
export interface Server {
  /** Where it is, with a slash at the end. */
  readonly url: string;
  /** What it answers to GET besides the files of dist/, by path. */
  readonly pages: Map<string, string>;
  /** What was posted to `outcome`. */
  readonly outcome: Promise<Outcome>;
  close(): Promise<void>;
}
