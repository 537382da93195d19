# PyTorch, native, on one thread: the works of works.ts, asked as peer.ts says. serve.mjs does the same in JavaScript.
import base64
import json
import sys
import time

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F

SAMPLE_S = 0.0005
WARMUP_S = 0.3
WARMUP_STEPS = 3

torch.set_num_threads(1)


def count(model):
    return sum(p.numel() for p in model.parameters())


class Training:
    """A model on one batch. `loss(model, batch)` is what a step lessens."""

    def __init__(self, model, batch, loss, optimizer=torch.optim.Adam):
        self.model, self.batch, self.loss = model, batch, loss
        self.optimizer = optimizer(model.parameters(), lr=1e-3)
        self.parameters = count(model)

    def step(self):
        self.optimizer.zero_grad()
        loss = self.loss(self.model, self.batch)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def check(self, steps, start):
        self.model.load_state_dict({name: tensor(v) for name, v in start["weights"].items()})
        self.batch.update({name: tensor(v) for name, v in start["batch"].items()})
        self.optimizer.state.clear()
        return {"losses": [self.step() for _ in range(steps)]}


def tensor(values):
    array = numpy.frombuffer(base64.b64decode(values["base64"]), dtype=values["dtype"]).reshape(values["shape"])
    result = torch.from_numpy(array.copy())
    return result.long() if values["dtype"] == "int32" else result


class Work:
    def __init__(self, step, parameters=None):
        self.step, self.parameters = step, parameters


def classifier(model, x):
    batch = {"x": x, "target": torch.randint(0, 10, (len(x),))}
    return Training(model, batch, lambda m, b: F.cross_entropy(m(b["x"]), b["target"]))


def mlp():
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(784, 10),
    )


class Rows(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.rnn = kind(28, 64, batch_first=True)
        self.output = nn.Linear(64, 10)

    def forward(self, x):
        return self.output(self.rnn(x)[0][:, -1])


def xor():
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
    batch = {"x": torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]]), "target": torch.tensor([[0.0], [1], [1], [0]])}
    return Training(model, batch, lambda m, b: F.mse_loss(m(b["x"]), b["target"]))


BATCH, TIME, VOCABULARY, WIDTH, HEADS, LAYERS = 12, 64, 65, 128, 4, 4


def attend(q, k, v, mask):
    scores = (q @ k.transpose(-2, -1)) * q.shape[-1] ** -0.5
    return scores.masked_fill(mask, float("-inf")).softmax(-1) @ v


def causal(time):
    return torch.ones(time, time).tril() == 0


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1 = nn.LayerNorm(WIDTH)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)
        self.ln2 = nn.LayerNorm(WIDTH)
        self.fc = nn.Linear(WIDTH, 4 * WIDTH)
        self.out = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x, mask):
        q, k, v = [
            z.view(BATCH, TIME, HEADS, WIDTH // HEADS).transpose(1, 2) for z in self.qkv(self.ln1(x)).split(WIDTH, 2)
        ]
        x = x + self.proj(attend(q, k, v, mask).transpose(1, 2).reshape(BATCH, TIME, WIDTH))
        return x + self.out(F.gelu(self.fc(self.ln2(x))))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(VOCABULARY, WIDTH)
        self.wpe = nn.Embedding(TIME, WIDTH)
        self.blocks = nn.ModuleList([Block() for _ in range(LAYERS)])
        self.ln = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.mask = causal(TIME)

    def forward(self, ids):
        x = self.wte(ids) + self.wpe.weight
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.ln(x)).view(-1, VOCABULARY)


def gpt():
    batch = {
        "x": torch.randint(0, VOCABULARY, (BATCH, TIME)),
        "target": torch.randint(0, VOCABULARY, (BATCH * TIME,)),
    }
    return Training(Gpt(), batch, lambda m, b: F.cross_entropy(m(b["x"]), b["target"]), torch.optim.AdamW)


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 400)
        self.fc21 = nn.Linear(400, 20)
        self.fc22 = nn.Linear(400, 20)
        self.fc3 = nn.Linear(20, 400)
        self.fc4 = nn.Linear(400, 784)

    def forward(self, x, noise):
        hidden = self.fc1(x).relu()
        mean, log_variance = self.fc21(hidden), self.fc22(hidden)
        z = mean + noise * (log_variance * 0.5).exp()
        return self.fc4(self.fc3(z).relu()), mean, log_variance


def vae_loss(model, batch):
    x = batch["x"]
    noise = batch.get("noise")
    logits, mean, log_variance = model(x, torch.randn(len(x), 20) if noise is None else noise)
    divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum()
    return F.binary_cross_entropy_with_logits(logits, x, reduction="sum") + divergence


def inference(model, x):
    model.eval()

    def step():
        with torch.no_grad():
            model(x)

    return Work(step, count(model))


def op(work, trained, fn, gradient=None):
    """`fn()` forward alone, or with all gradients of the operands that are trained."""
    if not work.get("backward"):
        def step():
            with torch.no_grad():
                fn()
        return Work(step)
    for x in trained:
        x.requires_grad_(True)

    def step():
        fn().backward(gradient)
        for x in trained:
            x.grad = None

    return Work(step)


def unary(fn):
    def prepare(work):
        x = torch.randn(work["shape"])
        return op(work, [x], lambda: fn(x), torch.randn(work["shape"]))
    return prepare


def gemm(work):
    m, n, k = work["shape"]
    a, b = torch.randn(m, k), torch.randn(k, n)
    return op(work, [], lambda: a @ b)


def conv(work):
    n, c, size, o, kernel, stride, groups = work["shape"]
    x, weight, bias = torch.randn(n, c, size, size), torch.randn(o, c // groups, kernel, kernel), torch.randn(o)
    return op(work, [], lambda: F.conv2d(x, weight, bias, stride, kernel // 2, groups=groups))


def layer_norm(work):
    x, c = torch.randn(work["shape"]), work["shape"][1]
    weight, bias = torch.ones(c), torch.zeros(c)
    return op(work, [x, weight, bias], lambda: F.layer_norm(x, [c], weight, bias), torch.randn(work["shape"]))


def batch_norm(work):
    x, c = torch.randn(work["shape"]), work["shape"][1]
    weight, bias, mean, variance = torch.ones(c), torch.zeros(c), torch.zeros(c), torch.ones(c)
    fn = lambda: F.batch_norm(x, mean, variance, weight, bias, training=True)
    return op(work, [x, weight, bias], fn, torch.randn(work["shape"]))


def cross_entropy(work):
    n, classes = work["shape"]
    x, target = torch.randn(n, classes), torch.randint(0, classes, (n,))
    return op(work, [x], lambda: F.cross_entropy(x, target))


def attention(work):
    q, k, v = [torch.randn(work["shape"]) for _ in range(3)]
    mask = causal(work["shape"][2])
    return op(work, [q, k, v], lambda: attend(q, k, v, mask), torch.randn(work["shape"]))


def recurrent(kind):
    def prepare(work):
        time, batch, inputs, units = work["shape"]
        layer, x = kind(inputs, units), torch.randn(time, batch, inputs)
        return op(work, list(layer.parameters()), lambda: layer(x)[0], torch.randn(time, batch, units))
    return prepare


def adam(work):
    p = nn.Parameter(torch.randn(work["shape"]))
    p.grad = torch.randn(work["shape"])
    return Work(torch.optim.Adam([p], lr=1e-3).step)


WORKS = {
    "train mlp": lambda work: classifier(mlp(), torch.randn(64, 784)),
    "train xor": lambda work: xor(),
    "train cnn": lambda work: classifier(cnn(), torch.randn(32, 1, 28, 28)),
    "train lstm": lambda work: classifier(Rows(nn.LSTM), torch.randn(32, 28, 28)),
    "train gru": lambda work: classifier(Rows(nn.GRU), torch.randn(32, 28, 28)),
    "train gpt": lambda work: gpt(),
    "train vae": lambda work: Training(Vae(), {"x": torch.rand(128, 784)}, vae_loss),
    "infer mlp": lambda work: inference(mlp(), torch.randn(64, 784)),
    "infer cnn": lambda work: inference(cnn(), torch.randn(32, 1, 28, 28)),
    "gemm": gemm,
    "conv": conv,
    "exp": unary(torch.exp),
    "tanh": unary(torch.tanh),
    "sigmoid": unary(torch.sigmoid),
    "softmax": unary(lambda x: x.softmax(-1)),
    "layer norm": layer_norm,
    "batch norm": batch_norm,
    "cross entropy": cross_entropy,
    "attention": attention,
    "lstm": recurrent(nn.LSTM),
    "gru": recurrent(nn.GRU),
    "adam": adam,
}


class Answers:
    def prepare(self, work):
        self.work = None
        self.work = WORKS[work["op"]](work)
        start, before, steps = time.perf_counter(), time.process_time(), 0
        while steps < WARMUP_STEPS or time.perf_counter() - start < WARMUP_S:
            self.work.step()
            steps += 1
        self.repeats = max(1, round(0.5 + SAMPLE_S * steps / (time.process_time() - before)))
        return {"parameters": self.work.parameters}

    def run(self, ms):
        samples, start = [], time.perf_counter()
        step, repeats = self.work.step, self.repeats
        while not samples or time.perf_counter() - start < ms / 1000:
            before = time.process_time()  # as serve.mjs counts, and why
            for _ in range(repeats):
                step()
            samples.append((time.process_time() - before) / repeats * 1000)
        samples.sort()
        return {"median": samples[len(samples) // 2], "samples": len(samples)}

    def check(self, request):
        return self.work.check(request["steps"], request["from"])


answers = Answers()
print(json.dumps({"version": f"PyTorch {torch.__version__}"}), flush=True)
for line in sys.stdin:
    ((name, argument),) = json.loads(line).items()
    try:
        answer = getattr(answers, name)(argument)
    except Exception as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
