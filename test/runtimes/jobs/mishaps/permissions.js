// A job that asks Deno what it may do: nothing, or the suite would not show that sedge needs no permission.
export default function permissions() {
  const names = ["read", "write", "net", "env", "run", "sys", "ffi"];
  return names.filter((name) => globalThis.Deno.permissions.querySync({ name }).state === "granted");
}
