"""Run under the preloaded allocator: for every N the Nth allocation of a call fails."""

import ctypes
import signal
import sys
import threading
import time

import numpy as np

sys.path.insert(0, sys.argv[1])
import deep

library = ctypes.PyDLL(None)
arm, disarm, spare = library.arm_allocations, library.disarm_allocations, library.spare_thread
arm.argtypes, arm.restype, disarm.restype = [ctypes.c_long], None, ctypes.c_int
spare.argtypes, spare.restype = [ctypes.c_int], None
random = np.random.default_rng(0)
x, t = random.normal(size=(60, 60)).astype("f"), random.normal(size=60).astype("f")
z = random.normal(size=(60, 3, 20)).astype("f")


def state(model):
    return [value.tobytes() for value in model.state_dict().values()]


def tried(name, fresh, call):
    """`fresh` makes a model, `call` makes the call that may fail; both ends are checked until no N is left."""
    expected = fresh()
    before = state(expected)
    result = call(expected)
    after = state(expected)
    failures = 0
    for number in range(1, 100_000):
        model = fresh()
        error = found = None
        arm(number)
        try:
            found = call(model)
        except MemoryError as caught:
            error = caught
        fired = disarm()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler, (name, number)
        if error is None:
            assert np.array_equal(found, result) and state(model) == after, (name, number)
        else:
            failures += 1
            # A loop may have ended after a whole step.
            unchanged = state(model) == before
            assert unchanged or (name.startswith("fit") and state(model) == after), (name, number, "changed")
            if unchanged:
                assert np.array_equal(call(model), result) and state(model) == after, (name, number, "next")
        if not fired:
            print(name, number - 1, failures)
            return
    raise AssertionError(f"{name} never ends")


def used(seed):
    model = deep.Model(seed)
    model.train(x[:9], t[:9])
    return model


def made(number):
    """A model; with the Nth allocation failing, a MemoryError."""
    arm(number)
    try:  # noqa: SIM105  (to suppress would allocate)
        deep.Model(3)
    except MemoryError:
        pass
    return disarm()


def called_first(number):
    """The first call of a thread, which then has memory of its own."""
    told = []

    def work():
        model = deep.Model(3)
        arm(number)
        try:
            model.train(x, t)
            model.test(x)
            model.walked(z)
        except MemoryError:
            pass
        told.append(disarm())

    spare(True)  # this thread still allocates while the other one starts
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    spare(False)
    return told[0]


for name, attempt in (("made", made), ("thread", called_first)):
    number = 1
    while attempt(number):
        number += 1
    print(name, number - 1, number - 1)

# Threads of the pool are no part of a call.
large = random.normal(size=(4000, 60)).astype("f")
deep.Model(1).train(large, large[:, 0].copy())
time.sleep(0.5)

tried("first", lambda: deep.Model(3), lambda model: model.train(x, t))
tried("later", lambda: used(3), lambda model: model.train(x, t))
tried("keywords", lambda: used(3), lambda model: model.train(x=x, t=t, lr=0.1))
tried("converted", lambda: used(3), lambda model: model.train(x.astype("d"), t[::-1], 1))
tried("walked", lambda: used(3), lambda model: model.walked(z))
tried("several", lambda: used(3), lambda model: model.chain(t)[1])
tried("out", lambda: used(3), lambda model: model.test(x, out=np.zeros(60, "f")))
tried("fit", lambda: used(3), lambda model: model.fit(x, t, shuffle=False, progress=False))
tried("replaced", lambda: used(3), lambda model: model.drift(x.astype("d")))
tried("held", lambda: used(3), lambda model: (model.W1, model.drift(x))[1])
tried("fit-in-place", lambda: used(3), lambda model: model.fit(x, entry="drift", shuffle=False, progress=False))
