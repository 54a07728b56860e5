"""Slide "GPU": what a product of large matrices costs on the CPU and on a GPU, and what hides the gain.

`run.py 2000` multiplies smaller ones.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import tdsl

SIZE = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
PROGRAM = Path(__file__).with_name("product.tdsl")


def seconds(work: Callable[[], object]) -> float:
    """The time of the second call: the first one makes room and starts threads."""
    work()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compiled() -> object:
    """For both; for the CPU alone where the compiler of kernels is missing."""
    try:
        return tdsl.compile(PROGRAM, target="cpp,cuda", defines={"N": SIZE})
    except tdsl.UserError as error:
        print(error)
        return tdsl.compile(PROGRAM, defines={"N": SIZE})


module = compiled()
x, y = np.random.default_rng(0).normal(size=(2, SIZE, SIZE)).astype(np.float32)
print(f"{SIZE} × {SIZE}")
on_cpu = module.Model(device="cpu")
cpu = seconds(on_cpu.multiply)
print(f"CPU: it costs {cpu:.3g} s")
try:
    on_gpu = module.Model(device="cuda:0")
except (RuntimeError, ValueError) as error:
    sys.exit(f"GPU: {error}")

travelling = seconds(lambda: on_gpu.product(x, y))
staying = seconds(on_gpu.multiply)
print(f"GPU: it costs {travelling:.3g} s, {cpu / travelling:.3g} times faster.  GPU is not helpful?  Why?")
print(f"     {3 * x.nbytes / 1e9:.3g} GB of operands and product travel between host and device in this time.")
print(f"GPU: it costs {staying:.3g} s where they stay on the device, {cpu / staying:.3g} times faster.")
