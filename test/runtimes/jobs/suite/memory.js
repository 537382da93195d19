// Checks of memory: released when it should be, flat over many steps, readable after it has grown.
import { equal, ok, throws, values } from "./check.js";

/** A step of training that makes and drops much. */
function smallNet({ crossEntropy, nn, optim, randint, randn, seed }) {
  seed(1);
  const model = new nn.Sequential(new nn.Linear(8, 16), new nn.ReLU(), new nn.Linear(16, 3));
  const optimizer = new optim.Adam(model.parameters());
  const [x, y] = [randn([40, 8]), randint(0, 3, [40])];
  const step = (a, b) => {
    optimizer.zeroGrad();
    crossEntropy(model.call(a), b).backward();
    optimizer.step();
  };
  return { x, y, step };
}

export const memories = {
  "tidy releases all but what it returns and keeps": ({ tidy, keep, memory, ones }) => {
    const before = memory().tensors;
    let kept;
    const y = tidy(() => {
      const x = ones([10]);
      kept = keep(x.add(1));
      return tidy(() => x.mul(2).add(kept));
    });
    equal(memory().tensors - before, 2);
    y.dispose();
    kept.dispose();
    equal(memory().tensors, before);
  },

  "is flat over many steps of training": (sedge) => {
    const { x, y, step } = smallNet(sedge);
    sedge.tidy(() => step(x, y)); // the optimizer makes its state
    const { tensors, bytes } = sedge.memory();
    for (let i = 0; i < 300; i++) sedge.tidy(() => step(x, y));
    const after = sedge.memory();
    equal([after.tensors, after.bytes], [tensors, bytes]);
  },

  "is flat over batches(), without a tidy": (sedge) => {
    const { x, y, step } = smallNet(sedge);
    const data = new sedge.Dataset(x, y);
    const epoch = () => {
      for (const [a, b] of sedge.batches(data, { batchSize: 8, shuffle: true })) step(a, b);
    };
    epoch();
    const { tensors, bytes } = sedge.memory();
    for (let i = 0; i < 20; i++) epoch();
    const after = sedge.memory();
    equal([after.tensors, after.bytes], [tensors, bytes]);
  },

  "is counted in bytes, views with what they view": ({ memory, zeros }) => {
    const before = memory();
    const x = zeros([100, 10]);
    const row = x.select(3);
    const during = memory();
    equal([during.tensors - before.tensors, during.bytes - before.bytes], [1, 4000]);
    x.dispose();
    equal(memory().tensors - before.tensors, 1, "held by the view");
    row.dispose();
    equal(memory().bytes, before.bytes);
  },

  "grows by many MB under tensors that stay": ({ tensor, tidy, zeros, full, memory }) => {
    const numbers = values(1000);
    const x = tensor(numbers);
    const old = x.data;
    // more than is free now, whatever ran before
    const chunk = 2 ** 21;
    const held = [];
    while (old.length > 0 && held.length < 100) held.push(full([chunk], held.length));
    equal(old.length, 0, "a view from before: length");
    ok(held.length > 0, "memory to have grown");
    equal([...x.data], [...numbers], "data after growth");
    for (const [i, big] of held.entries()) equal([big.data[0], big.data[chunk - 1]], [i, i]);
    equal(
      tidy(() =>
        x
          .add(zeros([1000]))
          .sum()
          .item(),
      ),
      tidy(() => tensor(numbers).sum().item()),
    );
    const { bytes } = memory();
    for (const big of held) big.dispose();
    equal(bytes - memory().bytes, held.length * chunk * 4);
  },

  "comes back to be used again": ({ memory, zeros }) => {
    const { bytes } = memory();
    for (let i = 0; i < 300; i++) zeros([2 ** 20]).dispose(); // 1.2 GB, if it did not
    equal(memory().bytes, bytes);
  },

  "a released tensor says so, with the cure": ({ tidy, ones }) => {
    let escaped;
    tidy(() => {
      escaped = ones([2, 3]);
    });
    throws(() => escaped.add(1), Error, /\[2, 3\].*release.*(keep|return)/s);
    const x = ones([1]);
    x.dispose();
    throws(() => x.toArray(), Error, /release/);
  },

  "what cannot fit is refused, and nothing breaks": ({ zeros, ones, memory }) => {
    const { bytes } = memory();
    throws(() => zeros([2 ** 20, 2 ** 10]), RangeError, /out of memory.*at most/);
    equal([memory().bytes, ones([3]).sum().item()], [bytes, 3]);
  },

  "an async function is no scope": ({ tidy }) => {
    throws(() => tidy(async () => {}), TypeError, /tidy.*(async|promise)/i);
  },
};
