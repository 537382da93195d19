// Processes and folders that launchers need: each process is told to end when its run is over, whichever way, and killed if
// it does not; nothing of theirs is left if this process is ended.
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outcome } from "./types.ts";

/** What to do should this process end before its time, in the order of its coming. */
const duties = new Set<() => void>();
const endAll = (): void => {
  for (const duty of [...duties].reverse()) {
    try {
      duty();
    } catch (error) {
      console.error(String(error)); // the others come all the same
    }
  }
};
const leave = (_: NodeJS.Signals, number: number): never => process.exit(128 + number);

function guard(change: "on" | "off"): void {
  process[change]("exit", endAll);
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) process[change](signal, leave);
}

/** Has this process do something when it ends, by whatever signal; what came last is done first. Gives how to call it off. */
export function atEnd(duty: () => void): () => void {
  if (duties.size === 0) guard("on");
  duties.add(duty);
  return () => {
    if (duties.delete(duty) && duties.size === 0) guard("off");
  };
}

/** Makes an empty folder; `remove` takes it away, and the end of this process does. */
export function temporary(name: string): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), name));
  const duty = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const callOff = atEnd(duty);
  const remove = (): void => {
    callOff();
    duty();
  };
  return { folder, remove };
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
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const callOff = atEnd(() => child.kill("SIGKILL"));
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
      callOff();
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
