"""Run under the preloaded allocator: how often calls allocate once the first ones are over."""

import ctypes
import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
import deep

allocations = ctypes.PyDLL(None).counted_allocations
allocations.restype = ctypes.c_long
random = np.random.default_rng(0)
x, t = random.normal(size=(300, 60)).astype("f"), random.normal(size=300).astype("f")
lr = 0.1  # a Python number of its own
out = np.zeros(300, "f")
order = np.arange(300)
z, walked_out = random.normal(size=(300, 3, 20)).astype("f"), np.zeros((900, 130), "f")
model = deep.Model(3)
train, test = model.train, model.test


def steps(count):
    """A call that does so many steps over three rows each."""
    rows = slice(3 * count)
    arguments, rows_in_order = (x[rows], t[rows], lr), order[rows]
    run = 0, arguments, (True, True, False), rows_in_order, 3, 1e9, (), (0,), 0, 1, 1 << 62
    return lambda: model._steps(run, 1, 0, (0.0,))


def counted(name, call):
    for _ in range(3):
        call()
    before = allocations()
    call()
    print(name, allocations() - before)


counted("call", lambda: train(x, t))
counted("keywords", lambda: train(x=x, t=t, lr=lr))
counted("out", lambda: test(x, out=out))
counted("replaced", lambda: model.drift(x))
counted("walked", lambda: model.walked(z, out=walked_out))
counted("looped", lambda: model.looped(z))
counted("one", steps(1))
counted("hundred", steps(100))
