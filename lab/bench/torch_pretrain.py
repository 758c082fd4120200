"""Measures spanlight's pre-training in PyTorch, on the samples that `lab bench --corpus` sends.

For a measurement the weights are random, because speed does not depend on their values. A check
reads the weights from a file and computes a few steps without dropout.
"""

import copy
import time

from torch_measure import chunks, serve, wait

import torch
from torch import nn
from torch.nn import functional as F
from torch_encoders import Bert, Dense, PairEncoder, SpanEncoder, pad
from torch_weights import load, read

SIDES = "target", "context"


class Batch:
    """Both views of some samples, the target views first."""

    def __init__(self, samples):
        self.sentences = len(samples)
        views = [(s[side], s) for side in SIDES for s in samples]
        self.ids, self.mask = pad([view["ids"] for view, _ in views])
        longest, offset = self.ids.shape[1], 0
        rows, masked, permuted, self.segments = [], [], [], []
        for i, (view, s) in enumerate(views):
            side, base = i // self.sentences, i * longest
            rows += [base + p for p in s["first"]]
            self.segments += [(offset + a, offset + b) for a, b in s["segments"]]
            for p in view["permuted"]:
                a, b = p["span"]
                permuted.append((side, p["class"], (offset + a, offset + b)))
            for m in view["masked"]:
                masked.append((side, base + m["first"], m["offset"], m["label"]))
            offset += len(s["first"])
        self.rows = torch.tensor(rows)
        self.masked = torch.tensor(masked, dtype=torch.long).view(-1, 4).unbind(1)
        self.permuted = [span for _, _, span in permuted]
        classes = [(side, label) for side, label, _ in permuted]
        self.classes = torch.tensor(classes, dtype=torch.long).view(-1, 2).unbind(1)


class Projection(nn.Module):
    """Projection head of the contrastive objective: two dense layers."""

    def __init__(self, a, b, drop):
        super().__init__()
        self.inner, self.outer, self.drop = Dense(a, b), Dense(b, b), drop

    def forward(self, x):
        return self.drop(self.outer(self.drop(self.inner(x))))


class Network(nn.Module):
    """Query or momentum network: sentence, span and pair encoder with the projection head."""

    def __init__(self, m, o):
        super().__init__()
        self.encoder, self.drop = Bert(m["encoder"], m["dropout"]), nn.Dropout(m["dropout"])
        self.span, self.pair = SpanEncoder(m), PairEncoder(m)
        self.projection = Projection(m["span_size"], m["encoder"]["hidden_size"], self.drop)
        self.normalize = o["cspo_normalize"] == "l2"

    def encode(self, batch):
        """Hidden states [pieces, hidden] and [words, hidden], and sentence vectors."""
        hidden, q = self.encoder(batch.ids, batch.mask)
        hidden = hidden.flatten(0, 1)
        return hidden, hidden.index_select(0, batch.rows), q

    def project(self, segments, q):
        """Projected pairs [inputs, hidden] of encoded segments [5 * inputs, size]."""
        pairs = self.drop(self.pair(segments.view(len(q), 5, -1), q))
        projected = self.projection(pairs)
        return F.normalize(projected) if self.normalize else projected

    def keys(self, batch):
        _, words, q = self.encode(batch)
        return self.project(self.drop(self.span(words, batch.segments)), q)


class Boundary(nn.Module):
    """TBO head: predicts the masked inner word-pieces of a word from its first one."""

    def __init__(self, m, o):
        super().__init__()
        h, vocabulary = m["encoder"]["hidden_size"], m["encoder"]["vocab_size"]
        self.position = nn.Embedding(o["tbo_positions"], o["tbo_position_size"])
        self.dense = Dense(h + o["tbo_position_size"], h)
        self.decoder = None if o["tbo_tied"] else nn.Linear(h, vocabulary, bias=False)
        self.bias, self.drop = nn.Parameter(torch.zeros(vocabulary)), nn.Dropout(m["dropout"])

    def forward(self, hidden, rows, offsets, words):
        offsets = self.position(offsets.clamp(max=self.position.num_embeddings - 1))
        x = self.drop(self.dense(torch.cat([hidden.index_select(0, rows), offsets], 1)))
        return F.linear(x, words if self.decoder is None else self.decoder.weight, self.bias)


class Permutation(nn.Module):
    """SPO head: classifies the permutation of a span's words."""

    def __init__(self, m):
        super().__init__()
        size = m["span_size"]
        self.dense, self.drop = Dense(size, size), nn.Dropout(m["dropout"])
        self.head = nn.Linear(size, 6)

    def forward(self, spans):
        return self.head(self.drop(self.dense(spans)))


class Model(nn.Module):
    """Query network with the heads of TBO and SPO."""

    def __init__(self, m, o):
        super().__init__()
        self.network = Network(m, o)
        self.boundary, self.permutation = Boundary(m, o), Permutation(m)

    def losses(self, batch, own, queues, temperature):
        """Summed losses of the six tasks: TBO, SPO and CSPO, each of target and context views."""
        network, n = self.network, batch.sentences
        hidden, words, q = network.encode(batch)
        side, rows, offsets, labels = batch.masked
        logits = self.boundary(hidden, rows, offsets, network.encoder.embeddings.word.weight)
        boundary = by_side(F.cross_entropy(logits, labels, reduction="none"), side)

        # One pass of the span encoder encodes segments and permuted spans.
        spans = network.drop(network.span(words, batch.segments + batch.permuted))
        segments, permuted = spans.split([10 * n, len(batch.permuted)])
        side, classes = batch.classes
        logits = self.permutation(permuted)
        permutation = by_side(F.cross_entropy(logits, classes, reduction="none"), side)

        queries, contrast = network.project(segments, q).split(n), []
        for query, other in (0, 1), (1, 0):
            positive = (queries[query] * own[other]).sum(1, keepdim=True)
            scores = torch.cat([positive, queries[query] @ queues[other].ring.t()], 1)
            first = torch.zeros(n, dtype=torch.long)
            contrast.append(F.cross_entropy(scores / temperature, first, reduction="sum"))
        return [*boundary, *permutation, *contrast]


def by_side(losses, side):
    """Sums of the losses of the target views and of the context views."""
    context = (losses * side).sum()
    return losses.sum() - context, context


class Queue:
    """A full queue of keys [keys, hidden]; new keys replace the oldest."""

    def __init__(self, ring):
        self.ring, self.next = ring, 0

    def push(self, keys):
        self.ring.index_copy_(0, (self.next + torch.arange(len(keys))) % len(self.ring), keys)
        self.next = (self.next + len(keys)) % len(self.ring)


class Training:
    """Query and momentum network, queues and optimiser."""

    def __init__(self, m, s, weights=None):
        o = s["objectives"]
        self.objectives, self.model = o, Model(m, o)
        if weights:
            load(self.model, weights, ("network.", "boundary.", "permutation."))
        self.model.network.encoder.embeddings.requires_grad_(not s["frozen"])
        self.momentum = copy.deepcopy(self.model.network).requires_grad_(False)
        shape = o["queue_keys"], m["encoder"]["hidden_size"]
        names = ("queue." + side for side in SIDES)
        self.queues = [Queue(weights[n] if weights else torch.randn(shape)) for n in names]
        query = zip(self.model.network.parameters(), self.momentum.parameters())
        self.followed = list(zip(*((slow, fast) for fast, slow in query if fast.requires_grad)))
        self.optimizer = torch.optim.AdamW(
            groups(self.model, s), eps=1e-6, weight_decay=s["weight_decay"], foreach=True
        )
        self.factors = [w / 2 for w in (o["w_tbo"], o["w_spo"], o["w_cspo"]) for _ in SIDES]
        self.clip = s["clip"]

    def step(self, samples, size):
        """Makes a step; returns the mean losses of the six tasks and the norm of the gradient."""
        self.optimizer.zero_grad(set_to_none=True)
        tasks = [(view, task) for task in ("masked", "permuted") for view in SIDES]
        counts = [max(1, sum(len(s[view][task]) for s in samples)) for view, task in tasks]
        counts += [len(samples)] * 2
        totals, pending = [0.0] * 6, []
        for chunk in chunks(samples, size, length):
            batch = Batch(chunk)
            with torch.no_grad():
                own = self.momentum.keys(batch).split(batch.sentences)
            pending.append(own)
            sums = self.model.losses(batch, own, self.queues, self.objectives["temperature"])
            sum(x * w / n for x, w, n in zip(sums, self.factors, counts)).backward()
            sums = torch.stack([x.detach() for x in sums]).tolist()
            totals = [t + x / n for t, x, n in zip(totals, sums, counts)]
        trained = [p for p in self.model.parameters() if p.requires_grad]
        norm = nn.utils.clip_grad_norm_(trained, self.clip).item()
        self.optimizer.step()
        self.follow()
        for own in pending:
            for queue, keys in zip(self.queues, own):
                queue.push(keys)
        return totals, norm

    @torch.no_grad()
    def follow(self):
        slow, fast = self.followed
        torch._foreach_mul_(slow, self.objectives["momentum"])
        torch._foreach_add_(slow, fast, alpha=1 - self.objectives["momentum"])


def groups(model, s):
    """Groups of parameters with the same learning rate and weight decay."""
    found = {}
    for name, p in model.named_parameters():
        if p.requires_grad:
            rate = s["learning_rate" if name.startswith("network.encoder.") else "head_lr"]
            spared = name.endswith("bias") or "norm." in name
            found.setdefault((rate, spared), []).append(p)
    return [
        {"params": params, "lr": rate, **({"weight_decay": 0.0} if spared else {})}
        for (rate, spared), params in found.items()
    ]


def length(sample):
    return len(sample["target"]["ids"])


def train(job, request):
    """Word-pieces of one view and seconds of the steps after the warm-up."""
    torch.manual_seed(5216)
    training = Training(job["model"], job["settings"][request["variant"]])
    pieces, seconds = 0, 0.0
    for number, samples in enumerate(job["steps"]):
        start = time.perf_counter()
        training.step(samples, request["chunk"])
        wait()
        if number >= job["warmup"]:
            seconds += time.perf_counter() - start
            pieces += sum(map(length, samples))
    return pieces, seconds


def check(job, request):
    """Losses and gradient norm of each checked step, starting from the weights in a file."""
    weights = read(request["weights"])
    settings = copy.deepcopy(job["settings"][request["variant"]])
    settings["objectives"]["queue_keys"] = len(weights["queue.target"])
    training = Training({**job["model"], "dropout": 0.0}, settings, weights)
    return [training.step(samples, request["chunk"]) for samples in job["checked"]]


def models(job):
    return [Model(job["model"], s["objectives"]) for s in job["settings"]]


serve(models, {"train": train, "check": check})
