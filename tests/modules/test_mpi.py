"""Trainings by processes that MPI starts: the same bits each time, and what is left when one ends by a signal."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import tdsl
import tdsl.build.mpi as mpi

pytestmark = pytest.mark.skipif(
    not (mpi.launcher() and mpi.has_mpi4py()), reason="mpi4py and mpiexec are not installed"
)

TEXT = """\
use std.optim: adam
dim B
input x: real[B, 3]
input y_hat: real[B]
shared W: real[3, 5] = normal(0, 1)
shared v: real[5]    = normal(0, 1)
cost C = mean((tanh(x @ W) @ v - y_hat) ** 2)
entry train(x, y_hat) -> C { minimize C with adam(0.05) }
"""
SCRIPT = f"""\
import os, signal, sys
import numpy as np
import tdsl
from mpi4py import MPI

comm, mode, file = MPI.COMM_WORLD, *sys.argv[1:]
module = tdsl.compile({TEXT!r}, name="shared_line", target="numpy")
random = np.random.default_rng(0)
x = random.normal(size=(101, 3))
y = np.tanh(x).sum(axis=1)
given = dict(batch_size=16, comm=comm, progress=False)
model = module.Model(seed=comm.rank)


def tell(epoch, cost, model):
    if epoch == 5 and mode == "killed" and comm.rank == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if epoch == 5 and comm.rank == 0:
        print("ready", flush=True)


if mode == "train":
    history = model.fit(x, y, epochs=6, **given)
    model.save(f"{{file}}{{comm.rank}}.npz")
    if comm.rank == 0:
        print(list(history))
elif mode == "interrupted":
    try:
        model.fit(x, y, epochs=10**6, checkpoint=file, callback=tell, **given)
    except KeyboardInterrupt:
        open(f"{{file}}.{{comm.rank}}", "w").close()  # the outputs of processes mix within lines
else:
    model.fit(x, y, epochs=10**6, checkpoint=file, checkpoint_epochs=1, callback=tell, **given)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_text(textwrap.dedent(SCRIPT))
    return path


def command(script: Path, *arguments: object, ranks: int = 2) -> list[str]:
    return [sys.executable, "-m", "tdsl", "run", "-n", str(ranks), str(script), *map(str, arguments)]


def data() -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).normal(size=(101, 3))
    return x, np.tanh(x).sum(axis=1)


def test_the_bits_are_those_of_every_process_and_run(script: Path, tmp_path: Path) -> None:
    """Those of three processes, whose sums are of three numbers; and the values are those of one process."""
    printed = []
    for run in "ab":
        done = subprocess.run(
            command(script, "train", tmp_path / run, ranks=3), capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    contents = {(tmp_path / f"{run}{rank}.npz").read_bytes() for run in "ab" for rank in range(3)}
    assert len(contents) == 1
    module = tdsl.compile(TEXT, name="alone_line", target="numpy")
    model, found = module.Model(seed=0), module.Model()
    history = model.fit(*data(), epochs=6, batch_size=16, progress=False)
    np.testing.assert_allclose([float(cost) for cost in printed[0].strip("[]\n").split(",")], history, rtol=1e-4)
    found.load(tmp_path / "a0.npz")
    np.testing.assert_allclose(found.W, model.W, rtol=1e-3, atol=1e-4)


def test_a_process_that_is_killed_leaves_a_checkpoint(script: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    done = subprocess.run(command(script, "killed", file), capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    goes_on(file, 5)


def test_ctrl_c_leaves_a_checkpoint(script: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    process = subprocess.Popen(
        command(script, "interrupted", file), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, problems = process.communicate(timeout=60)
    assert sorted(path.name for path in tmp_path.glob("run.*")) == ["run.npz", "run.npz.0", "run.npz.1"], problems
    goes_on(file, 6)


def goes_on(file: Path, least: int) -> None:
    """One process resumes the training where it was."""
    module = tdsl.compile(TEXT, name="resumed_line", target="numpy", data_parallel=True)
    model = module.Model()
    told: list[int] = []

    def stop(epoch: int, cost: float, model: object) -> None:
        told.append(epoch)
        raise module.Model.StopTraining

    history = model.fit(
        *data(), epochs=10**6, batch_size=16, progress=False, checkpoint=file, resume=True, callback=stop
    )
    assert told == [len(history) - 1] and len(history) > least
    assert history[-1] < history[0] and np.isfinite(history).all()
