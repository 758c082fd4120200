"""The sentence, span and pair encoders in PyTorch, with the names of the Rust modules."""

import torch
from torch import nn
from torch.nn import functional as F

SPANS = 128  # spans per convolution, as in the paper's code
POSITIONS = [[2, 0], [3, 1], [4, 2], [5, 3], [6, 4]]


class Attention(nn.Module):
    """Self-attention with residual and post-norm: [batch, pieces, hidden] to the same shape."""

    def __init__(self, c, p):
        super().__init__()
        h, self.heads = c["hidden_size"], c["num_attention_heads"]
        self.query, self.key, self.value, self.output = (nn.Linear(h, h) for _ in range(4))
        self.norm, self.drop = nn.LayerNorm(h, c["layer_norm_eps"]), nn.Dropout(p)

    def forward(self, x, mask):
        b, n, h = x.shape
        projections = self.query, self.key, self.value
        q, k, v = (f(x).view(b, n, self.heads, -1).transpose(1, 2) for f in projections)
        weights = self.drop((q @ k.transpose(2, 3) * q.shape[3] ** -0.5 + mask).softmax(3))
        seen = (weights @ v).transpose(1, 2).reshape(b, n, h)
        return self.norm(x + self.drop(self.output(seen)))


class Layer(nn.Module):
    """Transformer layer with post-norm: [batch, pieces, hidden] to the same shape."""

    def __init__(self, c, p):
        super().__init__()
        h, wide = c["hidden_size"], c["intermediate_size"]
        self.attention = Attention(c, p)
        self.inner, self.outer = nn.Linear(h, wide), nn.Linear(wide, h)
        self.norm, self.drop = nn.LayerNorm(h, c["layer_norm_eps"]), nn.Dropout(p)

    def forward(self, x, mask):
        x = self.attention(x, mask)
        return self.norm(x + self.drop(self.outer(F.gelu(self.inner(x)))))


class Embeddings(nn.Module):
    """Sum of word, position and segment embeddings: [batch, pieces, hidden]."""

    def __init__(self, c, p):
        super().__init__()
        h = c["hidden_size"]
        self.word = nn.Embedding(c["vocab_size"], h)
        self.position = nn.Embedding(c["max_position_embeddings"], h)
        self.segment = nn.Embedding(c["type_vocab_size"], h)
        self.norm, self.drop = nn.LayerNorm(h, c["layer_norm_eps"]), nn.Dropout(p)

    def forward(self, ids):
        position = self.position.weight[: ids.shape[1]]
        return self.drop(self.norm(self.word(ids) + position + self.segment.weight[0]))


class Bert(nn.Module):
    """Sentence encoder: hidden states [batch, pieces, hidden], sentence vectors [batch, hidden]."""

    def __init__(self, c, p):
        super().__init__()
        self.embeddings = Embeddings(c, p)
        self.layers = nn.ModuleList(Layer(c, p) for _ in range(c["num_hidden_layers"]))
        self.pooler = nn.Linear(c["hidden_size"], c["hidden_size"])

    def forward(self, ids, mask):
        x = self.embeddings(ids)
        for layer in self.layers:
            x = layer(x, mask)
        return x, torch.tanh(self.pooler(x[:, 0]))


class Dense(nn.Module):
    """Linear layer, gelu, layer norm; dropout is the caller's."""

    def __init__(self, a, b):
        super().__init__()
        self.linear, self.norm = nn.Linear(a, b), nn.LayerNorm(b, 1e-12)

    def forward(self, x):
        return self.norm(F.gelu(self.linear(x)))


class SpanEncoder(nn.Module):
    """Span CNN, which gathers each span's words as the paper's code does, and a dense layer."""

    def __init__(self, m):
        super().__init__()
        h, wide, kernels = m["encoder"]["hidden_size"], m["span_channels"], m["span_kernels"]
        self.convs = nn.ModuleList(nn.Conv1d(h, wide, k, padding=k) for k in kernels)
        self.dense, self.drop = Dense(wide * len(kernels), m["span_size"]), nn.Dropout(m["dropout"])

    def forward(self, words, spans):
        # Sorted by length, so that chunks have little padding.
        order = sorted(range(len(spans)), key=lambda i: spans[i][1] - spans[i][0])
        lengths = [spans[i][1] - spans[i][0] for i in order]
        rows = torch.tensor([spans[i] for i in order])
        words = torch.cat([words, words.new_zeros(1, words.shape[1])])
        features = []
        # Lengths come from Python lists: reading them from a tensor would wait for the GPU.
        for part, longest in zip(rows.split(SPANS), lengths[SPANS - 1 :: SPANS] + lengths[-1:]):
            start, end = part[:, :1], part[:, 1:]
            index = start + torch.arange(longest + 1)
            index = index.masked_fill(index >= end, len(words) - 1)
            # The gradient of an embedding is far cheaper than the gradient of indexing.
            x = F.embedding(index, words, padding_idx=len(words) - 1).transpose(1, 2)
            features.append(torch.cat([F.gelu(conv(x)).amax(2) for conv in self.convs], 1))
        back = torch.tensor(order).argsort()
        return self.dense(self.drop(torch.cat(features).index_select(0, back)))


class PairEncoder(nn.Module):
    """Position-aware attention over the five segments of a pair."""

    def __init__(self, m):
        super().__init__()
        h, size, width = m["encoder"]["hidden_size"], m["span_size"], m["attention_size"]
        self.position = nn.Embedding(7, m["position_size"])
        widths = size, h, 2 * m["position_size"]
        self.input, self.query, self.feature = (nn.Linear(a, width, bias=False) for a in widths)
        self.score = nn.Linear(width, 1, bias=False)
        self.register_buffer("positions", torch.tensor(POSITIONS), persistent=False)

    def forward(self, g, q, of_pair=None):
        """Pools segments g [pairs, 5, size], given sentence vectors q.

        `of_pair` is the row of q for each pair; by default, q has one row per pair.
        """
        q = self.query(q) if of_pair is None else self.query(q).index_select(0, of_pair)
        feature = self.feature(self.position(self.positions).flatten(1))
        e = self.score(F.gelu(self.input(g) + q[:, None] + feature))
        return (g * e.softmax(1)).sum(1)


def pad(sequences):
    """Padded ids [sequences, longest] and the additive mask [sequences, 1, 1, longest]."""
    longest = max(map(len, sequences))
    lengths = torch.tensor([len(s) for s in sequences])
    ids = torch.tensor([s + [0] * (longest - len(s)) for s in sequences])
    return ids, (torch.arange(longest) >= lengths[:, None])[:, None, None] * -10000.0
