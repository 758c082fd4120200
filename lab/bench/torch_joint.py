"""Measures fine-tuning and inference in PyTorch, on the sentences that `lab bench --data` sends.

The weights are random, because speed does not depend on their values.
"""

import time

from torch_measure import chunks, serve, wait

import torch
from torch import nn
from torch.nn import functional as F
from torch_encoders import Bert, Dense, PairEncoder, SpanEncoder, pad


class Joint(nn.Module):
    """Tagger, entity classifier and relation classifier over one sentence encoder."""

    def __init__(self, m, types, relations):
        super().__init__()
        h, size = m["encoder"]["hidden_size"], m["span_size"]
        self.encoder, self.drop = Bert(m["encoder"], m["dropout"]), nn.Dropout(m["dropout"])
        self.tagger, self.typer = nn.Linear(h, 5), nn.Linear(size, types)
        self.entity, self.context, self.pair = SpanEncoder(m), SpanEncoder(m), PairEncoder(m)
        layers = Dense(size, size), self.drop, Dense(size, m["relation_size"]), self.drop
        self.relation = nn.Sequential(*layers, nn.Linear(m["relation_size"], relations))

    def forward(self, cases):
        """Logits of tags, entity types and relations; None without spans or pairs."""
        ids, mask = pad([c["ids"] for c in cases])
        longest = ids.shape[1]
        hidden, q = self.encoder(ids, mask)
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
        return tags, types, self.relation(self.drop(self.pair(g, q, pairs[:, 0])))


def length(case):
    return len(case["ids"])


def step(model, optimizer, cases, size):
    """A fine-tuning step on gold candidates; returns the sum of the mean losses over the batch."""
    optimizer.zero_grad(set_to_none=True)
    targets, total = ("tags", "types", "labels"), 0.0
    counts = [sum(len(c[t]) for c in cases) for t in targets]
    for chunk in chunks(cases, size, length):
        gold = [torch.tensor([y for c in chunk for y in c[t]]) for t in targets]
        parts = zip(model(chunk), gold, counts)
        loss = sum(F.cross_entropy(x, y, reduction="sum") / n for x, y, n in parts if x is not None)
        loss.backward()
        total += loss.item()
    nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
    optimizer.step()
    return total


def train(job, request):
    """Word-pieces and seconds of the steps after the warm-up."""
    model = build(job).train()
    model.encoder.embeddings.requires_grad_(not request["frozen"])
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, eps=1e-6, weight_decay=0.01, foreach=True)
    pieces, seconds = 0, 0.0
    for number, members in enumerate(job["batches"]):
        cases = [job["training"][i] for i in members]
        start = time.perf_counter()
        step(model, optimizer, cases, request["chunk"])
        wait()
        if number >= job["warmup"]:
            seconds += time.perf_counter() - start
            pieces += sum(map(length, cases))
    return pieces, seconds


def infer(job, request):
    """Word-pieces and seconds of a pass over all sentences, with the spans that spanlight found."""
    model, cases, size = build(job).eval(), job["inference"], job["batch"]
    batches = [cases[i : i + size] for i in range(0, len(cases), size)]
    with torch.no_grad():
        for part in batches[: job["warmup"]], batches:
            start = time.perf_counter()
            for chunk in (c for batch in part for c in chunks(batch, request["chunk"], length)):
                for logits in filter(torch.is_tensor, model(chunk)):
                    logits.softmax(1).max(1)[0].tolist()
    return sum(map(length, cases)), time.perf_counter() - start


def build(job):
    torch.manual_seed(5216)
    return Joint(job["model"], job["types"], job["relations"])


serve(lambda job: [build(job)], {"train": train, "infer": infer})
