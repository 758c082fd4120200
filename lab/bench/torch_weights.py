"""Reads weights that spanlight wrote into the PyTorch modules."""

import json

import torch


def read(path):
    """Tensors of a float32 safetensors file by name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = bytearray(file.read())
    arrays = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            count = (end - start) // 4
            flat = torch.frombuffer(data, dtype=torch.float32, offset=start, count=count)
            # The copy is on the default device.
            arrays[name] = torch.empty(count).copy_(flat).view(entry["shape"])
    return arrays


def load(model, arrays, prefixes):
    """Loads the arrays with some prefixes, which must be all parameters of the model."""
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
    """Splits the array of all kernels, with rows by kernel, position in the window and channel."""
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
