// Around every job, inside every runtime: what it returned or threw, as something that JSON can hold.

/** Runs a job to its end. */
export async function outcome(job, ...args) {
  try {
    return { value: (await job(...args)) ?? null };
  } catch (error) {
    // engines differ in whether a stack begins with the message
    const stack = String(error?.stack ?? "");
    const text = String(error);
    return { error: stack.includes(text) ? stack : `${text}\n${stack}` };
  }
}
