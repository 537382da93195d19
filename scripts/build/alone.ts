// Keeps processes out of each other's way: what several may begin at once is done by one after the other.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";

/** Runs `fn` while no other process runs anything under the same `file`, which holds the number of the one at work. */
export async function alone(file: string, fn: () => Promise<void>): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  while (!taken(file)) {
    if (left(file)) rmSync(file, { force: true });
    else await setTimeout(100);
  }
  try {
    await fn();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Whether it was free, and is this process's now. */
function taken(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/** Whether the process that took it has ended without giving it back. */
function left(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
