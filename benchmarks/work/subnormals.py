"""A step of a network whose numbers are as small as floats get, beside a fresh one of the same size.

An Intel core takes about 150 cycles more for a multiplication that meets a subnormal number; others hardly notice.
Most sigmoids here are saturated, so that some activations and slopes, and more of the cotangents, would be subnormal,
and so are a tenth of the second layer's weights.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.row import CHECKED_CALLS, Data, Limit, Outcome, Row, Timed, program
from benchmarks.work.network import Network, with_tdsl
from benchmarks.work.networks import MIKU, PEERS

NETWORK = Network((2, 1000, 1000, 1), 1000, rate=0.5)
TINY = 1e-39


def data() -> Data:
    made = {**NETWORK.data()}
    made["W1"] = made["W1"] * np.float32(100)
    made["W2"] = made["W2"] * np.float32(100)
    made["W2"][:, ::10] *= np.float32(TINY)
    return made


def fresh(network: Network, data: Data) -> Timed:
    """Timed on the first values of the other rows; checked on those of this one, as everybody is."""
    build = with_tdsl("miku")
    timed, same = build(network, {**data, **network.data()}), build(network, data)

    def outcome(_: object) -> Outcome:
        costs = [same.function(*same.arguments) for _ in range(CHECKED_CALLS)]
        return same.outcome(costs[-1])

    return Timed(timed.function, timed.arguments, outcome)


ROWS = (
    Row(
        "subnormals",
        "steps",
        "Miku step, sigmoids saturated and weights subnormal",
        data,
        {
            "tdsl": partial(with_tdsl("miku"), NETWORK),
            "tdsl, fresh": partial(fresh, NETWORK),
            **{name: partial(PEERS[name], NETWORK) for name in ("NumPy", "PyTorch", "JAX")},
        },
        program("miku", MIKU),
        tolerance=1e-3,  # sums of many that are all but nothing
        limit=Limit("fma", NETWORK.flop),
    ),
)
