"""Shared by the measuring scripts: the protocol with `lab bench`, and facts about the machine.

Standard input has one line of JSON for the job and one for each request; each line is answered by
a line. The scripts compute in float32: on a GPU if spanlight does and PyTorch finds one, else on
the CPU.
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
    """The whole batch if size is 0, or else chunks of `size` cases of similar length."""
    if not size:
        return [cases]
    cases = sorted(cases, key=length)
    return [cases[i : i + size] for i in range(0, len(cases), size)]


def blas():
    """Name of the library of matrix products, which determines the speed on the CPU."""
    maps = open("/proc/self/maps").read() if os.path.exists("/proc/self/maps") else ""
    loaded = re.search(r"([^/\s]+)/libblas\.so", maps)  # Debian's variants differ in the folder
    if loaded:
        return "reference" if loaded[1] in ("blas", "lib", "lib64") else loaded[1]
    built = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    return built[1] if built else "unknown"


def peak(reset=False):
    """Largest resident set since the last reset, in bytes; None except on Linux."""
    try:
        if reset:
            # Memory that the C library keeps from earlier measurements would count.
            ctypes.CDLL(None).malloc_trim(0)
            open("/proc/self/clear_refs", "w").write("5")
        return int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1]) * 1024
    except (OSError, AttributeError):
        return None


def wait():
    """Waits until the GPU has finished its work."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()


def choose(gpu):
    """Sets the default device of new tensors and returns its name."""
    if gpu and torch.cuda.is_available() and hasattr(torch, "set_default_device"):
        torch.set_default_device("cuda")
        # By default, convolutions use 10 of 23 bits of the mantissa; matrix products use all.
        torch.backends.cudnn.allow_tf32 = False
        return torch.cuda.get_device_name()
    return "CPU"


def serve(models, runs):
    """Answers the job with version, BLAS, device and parameters, a request with result and peak."""
    job = json.loads(sys.stdin.readline())
    torch.set_num_threads(job["threads"])
    device = choose(job["gpu"])
    counts = [sum(p.numel() for p in model.parameters()) for model in models(job)]
    print(json.dumps([torch.__version__, blas(), device, counts]), flush=True)
    for request in map(json.loads, sys.stdin):
        peak(reset=True)
        result = runs[request["run"]](job, request)
        print(json.dumps([result, peak()]), flush=True)
