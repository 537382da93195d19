// A synchronous training loop that cleans up nothing, under a memory limit: run as a process, it prints how it ends.
import { init, randint, randn } from "../../src/entry.ts";
import { BATCH, smallNet } from "./net.ts";

init({ maxMemory: 32e6 });
const { step } = smallNet();
try {
  for (;;) step(randn([BATCH, 8]), randint(0, 3, [BATCH]));
} catch (error) {
  console.log(String(error));
}
