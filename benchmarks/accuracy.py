"""Largest errors of the float functions of the runtime, in units in the last place, over all 2^32 floats.

    python benchmarks/accuracy.py [--step N] [NAME ...]

The exact values are those of libm's double functions.  A step of 1 takes a few minutes for each function.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tdsl.build.flags import MEANING

ROOT = Path(__file__).parent.parent
NAMES = ("exp", "expm1", "log", "log1p", "tanh", "sigmoid", "softplus", "log1mexp", "erf", "erfc")
FLAGS = ("-std=c++20", "-O3", "-march=native", *MEANING)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--step", type=int, default=1, help="take every N-th float")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"no such function: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "sweep"
        source = ROOT / "tests" / "lower" / "vector_math.cpp"
        compiler = os.environ.get("CXX", "c++")
        subprocess.run([compiler, *FLAGS, f"-I{ROOT / 'runtime' / 'include'}", source, "-o", program], check=True)

        def sweep(name: str) -> str:
            command = [str(program), str(chosen.step), name]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout

        print(f"{'function':10} {'largest error':>14} {'wrong NaN or infinity':>22}")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for line in pool.map(sweep, chosen.names or NAMES):
                name, worst, wrong = line.split()
                print(f"{name:10} {worst:>10} ulp {wrong:>22}", flush=True)


if __name__ == "__main__":
    main()
