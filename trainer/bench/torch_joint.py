"""Spanlight's model and training step in PyTorch, timed on what `spanlight bench` sends.

The first line of standard input is the job, every further line a measurement to make; each is
answered by a line. Weights are random: speed does not depend on their values. float32, CPU.
"""

import ctypes
import json
import os
import re
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as error:
    sys.exit(str(error))

SPANS = 128  # convolved at once, as in the paper's code
POSITIONS = torch.tensor([[2, 0], [3, 1], [4, 2], [5, 3], [6, 4]])


class Layer(nn.Module):
    """Transformer layer, post-norm."""

    def __init__(self, c, p):
        super().__init__()
        h, self.heads = c["hidden_size"], c["num_attention_heads"]
        self.query, self.key, self.value, self.output = (nn.Linear(h, h) for _ in range(4))
        wide = c["intermediate_size"]
        self.inner, self.outer = nn.Linear(h, wide), nn.Linear(wide, h)
        self.norms = nn.ModuleList(nn.LayerNorm(h, c["layer_norm_eps"]) for _ in range(2))
        self.drop = nn.Dropout(p)

    def forward(self, x, mask):
        b, n, h = x.shape
        projections = self.query, self.key, self.value
        q, k, v = (f(x).view(b, n, self.heads, -1).transpose(1, 2) for f in projections)
        weights = self.drop((q @ k.transpose(2, 3) * q.shape[3] ** -0.5 + mask).softmax(3))
        seen = (weights @ v).transpose(1, 2).reshape(b, n, h)
        x = self.norms[0](x + self.drop(self.output(seen)))
        return self.norms[1](x + self.drop(self.outer(F.gelu(self.inner(x)))))


class Bert(nn.Module):
    """Sentence encoder with pooler."""

    def __init__(self, c, p):
        super().__init__()
        h = c["hidden_size"]
        sizes = c["vocab_size"], c["max_position_embeddings"], c["type_vocab_size"]
        self.tables = nn.ModuleList(nn.Embedding(n, h) for n in sizes)
        self.norm, self.drop = nn.LayerNorm(h, c["layer_norm_eps"]), nn.Dropout(p)
        self.layers = nn.ModuleList(Layer(c, p) for _ in range(c["num_hidden_layers"]))
        self.pooler = nn.Linear(h, h)

    def forward(self, ids, mask):
        word, position, segment = self.tables
        x = self.drop(self.norm(word(ids) + position.weight[: ids.shape[1]] + segment.weight[0]))
        for layer in self.layers:
            x = layer(x, mask)
        return x, torch.tanh(self.pooler(x[:, 0]))


class Dense(nn.Module):
    """Linear, gelu, norm; the caller drops out."""

    def __init__(self, a, b):
        super().__init__()
        self.linear, self.norm = nn.Linear(a, b), nn.LayerNorm(b, 1e-12)

    def forward(self, x):
        return self.norm(F.gelu(self.linear(x)))


class SpanEncoder(nn.Module):
    """Span CNN as in the paper's code (each span's words, last first), then a dense layer."""

    def __init__(self, m):
        super().__init__()
        h, wide, kernels = m["encoder"]["hidden_size"], m["span_channels"], m["span_kernels"]
        self.convs = nn.ModuleList(nn.Conv1d(h, wide, k, padding=k) for k in kernels)
        self.dense, self.drop = Dense(wide * len(kernels), m["span_size"]), nn.Dropout(m["dropout"])

    def forward(self, words, spans):
        # By length, so that a chunk has little padding.
        order = sorted(range(len(spans)), key=lambda i: spans[i][1] - spans[i][0])
        rows = torch.tensor([spans[i] for i in order])
        words = torch.cat([words, words.new_zeros(1, words.shape[1])])
        features = []
        for part in rows.split(SPANS):
            start, end = part[:, :1], part[:, 1:]
            index = end - 1 - torch.arange(int((end - start).max()) + 1)
            index = index.where(index >= start, torch.tensor(len(words) - 1))
            # An embedding's gradient is far cheaper than that of indexing.
            x = F.embedding(index, words, padding_idx=len(words) - 1).transpose(1, 2)
            features.append(torch.cat([F.gelu(conv(x)).amax(2) for conv in self.convs], 1))
        back = torch.tensor(order).argsort()
        return self.dense(self.drop(torch.cat(features).index_select(0, back)))


class Joint(nn.Module):
    """Tagger, span typing and pair classification over one encoder."""

    def __init__(self, m, types, relations):
        super().__init__()
        h, size, width = m["encoder"]["hidden_size"], m["span_size"], m["attention_size"]
        self.bert, self.drop = Bert(m["encoder"], m["dropout"]), nn.Dropout(m["dropout"])
        self.tagger, self.typer = nn.Linear(h, 5), nn.Linear(size, types)
        self.entity, self.context = SpanEncoder(m), SpanEncoder(m)
        self.position = nn.Embedding(7, m["position_size"])
        widths = size, h, 2 * m["position_size"]
        self.input, self.query, self.feature = (nn.Linear(a, width, bias=False) for a in widths)
        self.score = nn.Linear(width, 1, bias=False)
        layers = Dense(size, size), self.drop, Dense(size, m["relation_size"]), self.drop
        self.relation = nn.Sequential(*layers, nn.Linear(m["relation_size"], relations))

    def forward(self, cases):
        """Logits of tags, types and relations; nothing where there is no span or pair."""
        lengths = torch.tensor([len(c["ids"]) for c in cases])
        longest = int(lengths.max())
        ids = torch.tensor([c["ids"] + [0] * (longest - len(c["ids"])) for c in cases])
        mask = (torch.arange(longest) >= lengths[:, None])[:, None, None] * -10000.0
        hidden, q = self.bert(ids, mask)
        rows = torch.tensor([i * longest + p for i, c in enumerate(cases) for p in c["first"]])
        words, q = self.drop(hidden.flatten(0, 1).index_select(0, rows)), self.drop(q)
        tags = self.tagger(words)

        spans, pairs, contexts, around, offset = [], [], {}, [], 0
        for i, c in enumerate(cases):
            base, end = len(spans), offset + len(c["first"])
            spans += [(offset + s, offset + e) for s, e in c["spans"]]
            for left, right in c["pairs"]:
                a, b = spans[base + left], spans[base + right]
                beside = (offset, a[0]), (a[1], max(a[1], b[0])), (max(a[1], b[1]), end)
                around.append([contexts.setdefault(s, len(contexts)) for s in beside])
                pairs.append((i, base + left, base + right))
            offset = end
        if not spans:
            return tags, None, None
        entities = self.drop(self.entity(words, spans))
        types = self.typer(entities)
        if not pairs:
            return tags, types, None
        pairs, around = torch.tensor(pairs), torch.tensor(around)
        context = self.context(words, list(contexts))
        near = [self.drop(context.index_select(0, around[:, j])) for j in range(3)]
        left, right = (entities.index_select(0, pairs[:, j]) for j in (1, 2))
        g = torch.stack([near[0], left, near[1], right, near[2]], 1)  # [pairs, 5, size]
        e = self.input(g) + self.query(q).index_select(0, pairs[:, 0])[:, None]
        e = self.score(F.gelu(e + self.feature(self.position(POSITIONS).flatten(1))))
        return tags, types, self.relation(self.drop((g * e.softmax(1)).sum(1)))


def chunks(cases, size):
    """The batch as it is, or cut into chunks of similar length."""
    if not size:
        return [cases]
    cases = sorted(cases, key=lambda c: len(c["ids"]))
    return [cases[i : i + size] for i in range(0, len(cases), size)]


def step(model, optimizer, cases, size):
    """One fine-tuning step on gold candidates; gives the loss, of means over the whole batch."""
    optimizer.zero_grad(set_to_none=True)
    targets, total = ("tags", "types", "labels"), 0.0
    counts = [sum(len(c[t]) for c in cases) for t in targets]
    for chunk in chunks(cases, size):
        gold = [torch.tensor([y for c in chunk for y in c[t]]) for t in targets]
        parts = zip(model(chunk), gold, counts)
        loss = sum(F.cross_entropy(x, y, reduction="sum") / n for x, y, n in parts if x is not None)
        loss.backward()
        total += loss.item()
    nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
    optimizer.step()
    return total


def train(job, ask):
    """Times the steps behind the warm-up."""
    model = build(job).train()
    for part in model.bert.tables, model.bert.norm:
        part.requires_grad_(not ask["frozen"])
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, eps=1e-6, weight_decay=0.01, foreach=True)
    pieces, seconds = 0, 0.0
    for number, members in enumerate(job["batches"]):
        cases = [job["training"][i] for i in members]
        start = time.perf_counter()
        step(model, optimizer, cases, ask["chunk"])
        if number >= job["warmup"]:
            seconds += time.perf_counter() - start
            pieces += sum(len(c["ids"]) for c in cases)
    return pieces, seconds


def infer(job, ask):
    """Times a pass over all sentences, with the spans that the other side found."""
    model, cases, size = build(job).eval(), job["inference"], job["batch"]
    batches = [cases[i : i + size] for i in range(0, len(cases), size)]
    with torch.no_grad():
        for part in batches[: job["warmup"]], batches:
            start = time.perf_counter()
            for chunk in (chunk for batch in part for chunk in chunks(batch, ask["chunk"])):
                for logits in filter(torch.is_tensor, model(chunk)):
                    logits.softmax(1).max(1)[0].tolist()
    return sum(len(c["ids"]) for c in cases), time.perf_counter() - start


def build(job):
    torch.manual_seed(5216)
    return Joint(job["model"], job["types"], job["relations"])


def blas():
    """The library of the matrix products, on which nearly all depends."""
    maps = open("/proc/self/maps").read() if os.path.exists("/proc/self/maps") else ""
    loaded = re.search(r"([^/\s]+)/libblas\.so", maps)  # the folder tells Debian's apart
    if loaded:
        return "reference" if loaded[1] in ("blas", "lib", "lib64") else loaded[1]
    built = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    return built[1] if built else "unknown"


def peak(reset=False):
    """Largest resident set since the last reset, in bytes; Linux only."""
    try:
        if reset:
            # What the C library keeps of earlier measurements would count as this one's.
            ctypes.CDLL(None).malloc_trim(0)
            open("/proc/self/clear_refs", "w").write("5")
        return int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1]) * 1024
    except (OSError, AttributeError):
        return None


def main():
    job = json.loads(sys.stdin.readline())
    torch.set_num_threads(job["threads"])
    count = sum(p.numel() for p in build(job).parameters())
    print(json.dumps([torch.__version__, blas(), count]), flush=True)
    for ask in map(json.loads, sys.stdin):
        peak(reset=True)
        pieces, seconds = {"train": train, "infer": infer}[ask["run"]](job, ask)
        print(json.dumps([pieces, seconds, peak()]), flush=True)


main()
