// A small GPT that learns a language of a rule and noise: causal attention, layer norm, GELU, embeddings. AdamW in two groups,
// cosine schedule with warm-up, in a loop with tidy().

const [VOCABULARY, LENGTH, WIDTH, HEADS] = [19, 12, 24, 3];

/** Texts [count, LENGTH + 1]: each character follows from the one before it, but one in ten is any. */
function texts({ rand, randint }, count) {
  const ids = randint(0, VOCABULARY, [count, LENGTH + 1]);
  const surprise = rand([count, LENGTH + 1]);
  const { data } = ids;
  for (let i = 0; i < data.length; i++) {
    const told = i % (LENGTH + 1) > 0 && surprise.data[i] > 0.1;
    if (told) data[i] = (3 * data[i - 1] + 1) % VOCABULARY;
  }
  surprise.dispose();
  return ids;
}

export const falls = 0.85;

export function train(sedge, steps) {
  const { crossEntropy, gelu, nn, optim, seed, tidy } = sedge;

  class Attention extends nn.Module {
    qkv = new nn.Linear(WIDTH, 3 * WIDTH);
    out = new nn.Linear(WIDTH, WIDTH);
    forward(x) {
      const [b, t] = x.shape;
      const parts = this.qkv
        .call(x)
        .reshape([b, t, 3, HEADS, WIDTH / HEADS])
        .permute([2, 0, 3, 1, 4]);
      const [q, k, v] = parts.unbind();
      const taken = q.scaledDotProductAttention(k, v, { isCausal: true });
      return this.out.call(taken.transpose(1, 2).reshape([b, t, WIDTH]));
    }
  }

  class Gpt extends nn.Module {
    characters = new nn.Embedding(VOCABULARY, WIDTH);
    positions = new nn.Embedding(LENGTH, WIDTH);
    layers = [1, 2].map(() => [
      new nn.Sequential({ norm: new nn.LayerNorm(WIDTH), attention: new Attention() }),
      new nn.Sequential({
        norm: new nn.LayerNorm(WIDTH),
        up: new nn.Linear(WIDTH, 4 * WIDTH),
        gelu,
        down: new nn.Linear(4 * WIDTH, WIDTH),
      }),
    ]);
    norm = new nn.LayerNorm(WIDTH);
    output = new nn.Linear(WIDTH, VOCABULARY, { bias: false });
    forward(ids) {
      let x = this.characters.call(ids).add(this.positions.weight);
      for (const layer of this.layers.flat()) x = x.add(layer.call(x));
      return this.output.call(this.norm.call(x));
    }
  }

  seed(4);
  const batch = 16;
  const data = texts(sedge, batch * 12);
  const model = new Gpt();
  const [matrices, vectors] = [true, false].map((wide) => model.parameters().filter((p) => p.rank > 1 === wide));
  const groups = [{ params: matrices, weightDecay: 0.1 }, { params: vectors }];
  const optimizer = new optim.AdamW(groups, { lr: 1e-2, betas: [0.9, 0.99] });
  const schedule = new optim.WarmupCosineLR(optimizer, steps, { warmupSteps: 5, etaMin: 1e-3 });
  const losses = [];
  for (let step = 0; step < steps; step++) {
    tidy(() => {
      const start = (step % 12) * batch;
      const rows = data.slice({ start, stop: start + batch });
      const [x, next] = [rows.slice({ axis: 1, stop: LENGTH }), rows.slice({ axis: 1, start: 1 })];
      const loss = crossEntropy(model.call(x).flatten({ endAxis: 1 }), next.flatten(), { labelSmoothing: 0.05 });
      optimizer.zeroGrad();
      loss.backward();
      optim.clipGradNorm(model.parameters(), 1);
      optimizer.step();
      schedule.step();
      losses.push(loss.item());
    });
  }
  data.dispose();
  return { model, optimizer, losses };
}
