"""Slide "Step 1: declare the inputs": an input is printed as its name and type, for it has no value yet."""

import subprocess
import sys
from pathlib import Path

import numpy as np

import tdsl

program = Path(__file__).with_name("inputs.tdsl")

print("$ tdsl show inputs.tdsl", flush=True)
subprocess.run([sys.executable, "-m", "tdsl", "show", program], check=True)

print()
inputs = tdsl.compile(program)
print("values come with the call:", inputs.total(1.0, np.ones((2, 3)), np.ones((2, 3, 4))))
