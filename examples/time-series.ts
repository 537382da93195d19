// A monthly series forecast by an LSTM: trained on the first years, it goes on for the last two by itself. Measured
// against the two forecasts that cost nothing: the last value, and the value of twelve months ago.
import { join } from "node:path";
import { arange, Dataset, fit, mse, nn, noGrad, optim, randn, seed, type Tensor, tensor, tidy } from "sedge";
import { readCsv } from "sedge/node";
import { plot } from "./support/plot.ts";
import type { Result, Settings } from "./support/recipe.ts";
import { table } from "./support/table.ts";

export const about = "An LSTM forecasts two years of a monthly series, against naive forecasts";

const YEAR = 12;
/** Months that the network sees. */
const WINDOW = 24;
/** Months at the end that it does not see in training. */
const FORECAST = 24;
const HIDDEN = 32;

/** The last WINDOW values [B, WINDOW, 1] to the next [B, 1]: what changes since the last is learnt, as levels drift. */
class Forecaster extends nn.Module {
  recurrent = new nn.LSTM(1, HIDDEN, { batchFirst: true });
  output = new nn.Linear(HIDDEN, 1);

  forward(x: Tensor): Tensor {
    const last = x.slice({ axis: 1, start: -1 });
    const [states] = this.recurrent.call(x.sub(last));
    return this.output.call(states.select(-1, { axis: 1 })).add(last.squeeze(2));
  }
}

/** A trend, a season and its overtone, and noise: 20 years. */
function madeUp(): number[] {
  return tidy(() => {
    const t = arange(20 * YEAR).cast("float32");
    const turn = t.mul((2 * Math.PI) / YEAR);
    const season = turn.sin().mul(30).add(turn.mul(2).cos().mul(12));
    return [...t.mul(0.8).add(150).add(season).add(randn(t.shape).mul(4)).data];
  });
}

/** Each window [N, WINDOW, 1] and what came next [N, 1]. */
function windows(values: readonly number[]): Dataset {
  const last = values.slice(WINDOW);
  const x = last.flatMap((_, i) => values.slice(i, i + WINDOW));
  return new Dataset(tensor(x).reshape([last.length, WINDOW, 1]), tensor(last).reshape([-1, 1]));
}

/** Goes on from `past` month by month, each time from its own forecasts. */
function goOn(past: readonly number[], months: number, next: (series: readonly number[]) => number): number[] {
  const series = [...past];
  for (let i = 0; i < months; i++) series.push(next(series));
  return series.slice(past.length);
}

/** Root of the mean square of the differences. */
const rmse = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0) / a.length);

export async function run({ data, quick, seed: from, out }: Settings): Promise<Result> {
  seed(from);
  const series =
    data === undefined
      ? madeUp()
      : (readCsv(join(data, "tabular", "airline-passengers.csv")).column("Passengers") as number[]);
  const begin = series.length - FORECAST;
  const [known, truth] = [series.slice(0, begin), series.slice(begin)];
  // Logarithms, because seasons grow with the level; then mean 0 and deviation 1 over the months that are known.
  const logs = [...tidy(() => tensor(series).log().data.slice())];
  const mean = logs.slice(0, begin).reduce((sum, v) => sum + v / begin, 0);
  const deviation = rmse(logs.slice(0, begin), new Array(begin).fill(mean));
  const scaled = logs.map((v) => (v - mean) / deviation);
  const back = (values: readonly number[]): number[] =>
    tidy(() => [...tensor(values).mul(deviation).add(mean).exp().data]);

  const model = new Forecaster();
  // Window, width, rates and epochs were chosen by forecasts of the two years before these from what was known then;
  // so much decay keeps it from learning a hundred windows by heart.
  const optimizer = new optim.AdamW(model.parameters(), { lr: 5e-3, weightDecay: 1 });
  const epochs = quick ? 60 : 300;
  await fit(model, windows(scaled.slice(0, begin)), {
    loss: mse,
    optimizer,
    epochs,
    batchSize: 16,
    schedule: new optim.CosineAnnealingLR(optimizer, epochs),
    callbacks: {
      onEpochEnd({ epoch, loss }) {
        if (epoch % (epochs / 10) === 0) console.log(`  epoch ${epoch}  loss ${loss.toFixed(5)}`);
      },
    },
  });

  const oneAhead = noGrad(() => tidy(() => [...model.call(windows(scaled.slice(begin - WINDOW)).x).data]));
  const step = (values: readonly number[]): number =>
    noGrad(() => tidy(() => model.call(tensor(values.slice(-WINDOW)).reshape([1, WINDOW, 1])).item()));
  const forecast = back(goOn(scaled.slice(0, begin), FORECAST, step));
  const seasonal = goOn(known, FORECAST, (values) => values.at(-YEAR)!);
  const last = goOn(known, FORECAST, (values) => values.at(-1)!);
  const errors = {
    lstm: [rmse(forecast, truth), rmse(back(oneAhead), truth)],
    yearAgo: [rmse(seasonal, truth), rmse(series.slice(begin - YEAR, -YEAR), truth)],
    last: [rmse(last, truth), rmse(series.slice(begin - 1, -1), truth)],
  };
  const names = { lstm: "LSTM", yearAgo: "twelve months ago", last: "last value" };
  const rows = Object.entries(errors).map(([name, pair]) => [
    names[name as keyof typeof names],
    ...pair.map((e) => e.toFixed(2)),
  ]);
  console.log(table([["forecast", "RMSE two years ahead", "RMSE one month ahead"], ...rows]));

  const line = (name: string, values: readonly number[], start = begin) => ({
    name,
    points: values.map((v, i) => [start + i, v] as const),
  });
  const path = join(out, "forecast.svg");
  plot(path, { title: "Two years ahead", x: "month", y: "value" }, [
    line("series", series, 0),
    line("LSTM", forecast),
    line("twelve months ago", seasonal),
    line("last value", last),
  ]);
  console.log(`drawn in ${path}`);
  return {
    summary: `RMSE two years ahead ${errors.lstm[0]!.toFixed(2)}; of the values twelve months ago ${errors.yearAgo[0]!.toFixed(2)}, of the last ${errors.last[0]!.toFixed(2)}`,
    figures: Object.fromEntries(
      Object.entries(errors).flatMap(([name, [far, near]]) => [
        [name, far!],
        [`${name}Next`, near!],
      ]),
    ),
  };
}
