// A job that prints while it works, as some libraries do: the launcher must not take that for the outcome.
export default function prints(_sedge, env) {
  console.log('{"value":"not this"}');
  console.error("nor this");
  return { runtime: env.runtime, text: "line one\nline two \u2028 \u{1f33e}" };
}
