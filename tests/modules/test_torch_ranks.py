"""`torch.distributed` as the exchange of a training: two processes with the backend gloo."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="PyTorch is not installed")

SCRIPT = """\
import sys
import numpy as np
import tdsl
import torch
import torch.distributed

rank, meeting = int(sys.argv[1]), sys.argv[2]
torch.distributed.init_process_group("gloo", rank=rank, world_size=2, init_method=f"file://{meeting}")
text = '''
use std.optim: momentum
dim B
input x: real[B, 2]
input y_hat: real[B]
shared w: real[2] = 0
cost C = mean((x @ w - y_hat) ** 2)
entry train(x, y_hat) -> C { minimize C with momentum(0.1) }
'''
module = tdsl.compile(text, name="by_torch", target="numpy", data_parallel=True)
model, alone = module.Model(), module.Model()
model.set_allreduce(lambda array: torch.distributed.all_reduce(torch.from_numpy(array)))
x = np.random.default_rng(0).normal(size=(30, 2))
y_hat = x @ [2.0, -1.0]
rows = slice(0, 11) if rank == 0 else slice(11, 30)
for _ in range(10):
    cost = model.train(x[rows], y_hat[rows])
    expected = alone.train(x, y_hat)
assert abs(cost - expected) < 1e-5 * expected and np.allclose(model.w, alone.w, rtol=1e-5)
torch.distributed.destroy_process_group()
"""


def test_two_processes_train_as_one(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    commands = [[sys.executable, str(script), str(rank), str(tmp_path / "meeting")] for rank in (0, 1)]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for command in commands]
    problems = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], problems
