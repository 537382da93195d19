// Recurrent layers through the public nn.LSTM, nn.GRU and nn.RNN: forward, and forward with every weight's gradient. Flops
// are those of the products; the input's gradient is not asked for.
import { nn, randn, type Tensor, tidy } from "../src/entry.ts";
import type { Benchmark } from "./harness.ts";

/** Blocks of gates of each kind. */
const GATES = { LSTM: 4, GRU: 3, RNN: 1 } as const;
type Kind = keyof typeof GATES;

const [STEPS, INPUTS, WIDTH, BATCH] = [28, 28, 64, 32];

/** Of the inputs, of the states. */
const flopsOf = (kind: Kind, batch: number): [number, number] => {
  const each = 2 * STEPS * batch * GATES[kind] * WIDTH;
  return [each * INPUTS, each * WIDTH];
};

function benchmark(kind: Kind, batch: number, trains: boolean): Benchmark {
  const [inputs, states] = flopsOf(kind, batch);
  return {
    name: `${kind.toLowerCase()} ${STEPS}x${INPUTS}->${WIDTH} x${batch} ${trains ? "forward and backward" : "forward"}`,
    unit: "us",
    // backward: both weights' gradients, and the way through time
    flops: trains ? 2 * inputs + 3 * states : inputs + states,
    setup() {
      const layer = new nn[kind](INPUTS, WIDTH);
      const x = randn([STEPS, batch, INPUTS]);
      const gradient = randn([STEPS, batch, WIDTH]);
      return () =>
        tidy(() => {
          layer.zeroGrad();
          const [y] = layer.call(x) as [Tensor, unknown];
          if (trains) y.backward({ gradient });
        });
    },
  };
}

export default [
  benchmark("LSTM", BATCH, false),
  benchmark("LSTM", BATCH, true),
  benchmark("GRU", BATCH, false),
  benchmark("GRU", BATCH, true),
  benchmark("RNN", BATCH, true),
  benchmark("LSTM", 1, false),
] satisfies Benchmark[];
