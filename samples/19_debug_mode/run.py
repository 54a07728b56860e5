"""Slide "mode=DEBUG_MODE": a NaN, silent otherwise, is an error in debug mode."""

from pathlib import Path

import tdsl

program = Path(__file__).with_name("entropy.tdsl")
p = [0.5, 0.5, 0]

print("fast-run:", tdsl.compile(program).entropy(p))
try:
    tdsl.compile(program, mode="debug").entropy(p)
except FloatingPointError as error:
    print("debug:   ", error)
