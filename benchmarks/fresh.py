"""The first step of Miku's network in a process that begins here; prints the most memory it ever held, in bytes.

    python -m benchmarks.fresh CONTENDER WIDTH MODULES
    python -m benchmarks.fresh

Without a contender: of the interpreter with NumPy alone.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy  # noqa: F401


def main() -> None:
    if len(sys.argv) > 1:
        _, contender, width, modules = sys.argv
        sys.path.insert(0, modules)
        _step(contender, int(width))
    found = re.search(r"^VmHWM:\s*(\d+) kB$", Path("/proc/self/status").read_text(), re.M)
    print(int(found[1]) * 1024 if found else 0)


def _step(contender: str, width: int) -> None:
    from benchmarks.work.network import with_tdsl
    from benchmarks.work.networks import PEERS, miku

    network = miku(width)
    timed = {"tdsl": with_tdsl("miku"), **PEERS}[contender](network, network.data())
    timed.function(*timed.arguments)


if __name__ == "__main__":
    main()
