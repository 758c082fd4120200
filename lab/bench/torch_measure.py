"""What the measuring scripts share: their conversation with `lab bench`, and what they tell.

The first line of standard input is the job, every further line something to run; each is answered
by a line. Everything is computed in float32: on the CPU, or where the other side has a GPU, on
PyTorch's if it finds one.
"""

import ctypes
import json
import os
import re
import sys

try:
    import torch
except ImportError as error:
    sys.exit(str(error))


def chunks(cases, size, length):
    """The batch as it is, or cut into chunks of similar length."""
    if not size:
        return [cases]
    cases = sorted(cases, key=length)
    return [cases[i : i + size] for i in range(0, len(cases), size)]


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


def wait():
    """Until nothing is left to compute."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()


def choose(gpu):
    """Where tensors are made from now on, and its name."""
    if gpu and torch.cuda.is_available() and hasattr(torch, "set_default_device"):
        torch.set_default_device("cuda")
        # Convolutions would take 10 of 23 bits otherwise; products of matrices take them all.
        torch.backends.cudnn.allow_tf32 = False
        return torch.cuda.get_device_name()
    return "CPU"


def serve(models, runs):
    """Answers with what computes and parameters by model, then with result and peak by run."""
    job = json.loads(sys.stdin.readline())
    torch.set_num_threads(job["threads"])
    device = choose(job["gpu"])
    counts = [sum(p.numel() for p in model.parameters()) for model in models(job)]
    print(json.dumps([torch.__version__, blas(), device, counts]), flush=True)
    for ask in map(json.loads, sys.stdin):
        peak(reset=True)
        result = runs[ask["run"]](job, ask)
        print(json.dumps([result, peak()]), flush=True)
