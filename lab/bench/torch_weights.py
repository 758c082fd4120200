"""Weights that Spanlight wrote, under the names of the modules here."""

import json

import torch


def read(path):
    """Arrays of a float32 safetensors file by name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = bytearray(file.read())
    arrays = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            count = (end - start) // 4
            flat = torch.frombuffer(data, dtype=torch.float32, offset=start, count=count)
            # A copy, made where tensors are made.
            arrays[name] = torch.empty(count).copy_(flat).view(entry["shape"])
    return arrays


def load(model, arrays, prefixes):
    """Fills a model with the arrays of some prefixes, which must be those of its parameters."""
    state = {}
    for name, array in arrays.items():
        if not name.startswith(prefixes):
            continue
        if ".cnn." in name:
            convolutions(state, name, array, model.network.span.convs)
        else:
            name = name.replace("norm.gamma", "norm.weight").replace("norm.beta", "norm.bias")
            state[name] = array
    model.load_state_dict(state)


def convolutions(state, name, array, convs):
    """Takes the array of all kernels apart: rows by kernel, place in the window and channel."""
    at, prefix = 0, name[: name.index("cnn.")]
    for i, conv in enumerate(convs):
        channels, hidden, kernel = conv.weight.shape
        if name.endswith("bias"):
            state[f"{prefix}convs.{i}.bias"] = array[at : at + channels]
            at += channels
        else:
            taps = array[at : at + kernel * channels].view(kernel, channels, hidden)
            state[f"{prefix}convs.{i}.weight"] = taps.permute(1, 2, 0)
            at += kernel * channels
