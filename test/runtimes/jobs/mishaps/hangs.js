// A job that never gives its runtime back: the launcher must end it.
export default function hangs() {
  for (;;);
}
