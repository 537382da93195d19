// Processes that launchers start: each is told to end when its run is over, whichever way, and killed if it does not.
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import type { Outcome } from "./types.ts";

const alive = new Set<ChildProcess>();
const endAll = (): void => {
  for (const child of alive) child.kill("SIGKILL");
};
const leave = (_: NodeJS.Signals, number: number): never => process.exit(128 + number);

/** Has this process take its children with it, by whatever it ends; `off` when there are none any more. */
function guard(change: "on" | "off"): void {
  process[change]("exit", endAll);
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) process[change](signal, leave);
}

/**
 * Starts a process that is killed when `signal` aborts, or this process ends. `failure` tells, by rejecting, if it ends
 * before; `said` what it has printed of late.
 */
export function start(
  command: string,
  args: readonly string[],
  { signal, ...options }: SpawnOptions & { signal: AbortSignal },
): { child: ChildProcess; failure: Promise<never>; said(): string } {
  signal.throwIfAborted();
  if (alive.size === 0) guard("on");
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  alive.add(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    // what a process says is shown if it fails: its end is what tells
    stream?.on("data", (text: string) => {
      said = (said + text).slice(-4000);
    });
  }
  const failure = new Promise<never>((_, reject) => {
    const gone = (reason: string): void => {
      if (alive.delete(child) && alive.size === 0) guard("off");
      reject(new Error(`${command}${reason}`));
    };
    child.once("error", ({ message }) => gone(`: ${message}`));
    child.once("close", (status, by) =>
      gone(` ended by ${by ?? `exit status ${status}`}: ${said.trim() || "it said nothing"}`),
    );
    signal.addEventListener(
      "abort",
      () => {
        child.kill(); // gently: a display removes its lock
        setTimeout(() => child.kill("SIGKILL"), 3_000).unref();
        reject(signal.reason);
      },
      { once: true },
    );
  });
  failure.catch(() => {}); // nobody may be waiting for it any more
  return { child, failure, said: () => said };
}

/** What the code around a job prints before its outcome: jobs may print too. */
export const MARK = "@sedge-outcome ";

/** Runs a program to the line that holds the outcome of its job. */
export async function printed(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { signal: AbortSignal },
): Promise<Outcome> {
  const { child, failure } = start(command, args, options);
  const outcome = new Promise<Outcome>((done, reject) => {
    let rest = "";
    child.stdout!.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      const line = lines.find((line) => line.startsWith(MARK));
      if (line === undefined) return;
      try {
        done(JSON.parse(line.slice(MARK.length)));
      } catch (error) {
        reject(error);
      }
    });
  });
  return await Promise.race([outcome, failure]);
}
