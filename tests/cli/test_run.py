"""`tdsl run`: processes that MPI starts, their exit status, interruptions, and errors with their fixes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import tdsl.build.mpi as mpi

needs_mpi = pytest.mark.skipif(not (mpi.launcher() and mpi.has_mpi4py()), reason="mpi4py and mpiexec are not installed")


def written(folder: Path, text: str) -> Path:
    script = folder / "script.py"
    script.write_text(textwrap.dedent(text))
    return script


def run(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tdsl", "run", *map(str, arguments)]
    given = {**os.environ, **(environment or {})}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=given)


@needs_mpi
def test_each_process_knows_its_place(tmp_path: Path) -> None:
    script = written(
        tmp_path,
        """
        import os, sys
        from mpi4py import MPI

        comm = MPI.COMM_WORLD
        told = comm.gather((comm.rank, sys.argv[1:], os.environ["TDSL_NUM_THREADS"], os.environ["TDSL_FLAGS"]))
        if comm.rank == 0:
            print(told, comm.size)
        """,
    )
    done = run("-n", 2, "--float", 64, script, "-n", "5", "--float", environment={"TDSL_FLAGS": "opt=1"})
    flags = 'opt=1,data_parallel=true,float="64"'
    threads = max(1, len(os.sched_getaffinity(0)) // 2)
    expected = [(rank, ["-n", "5", "--float"], str(threads), flags) for rank in (0, 1)]
    assert (done.returncode, done.stdout) == (0, f"{expected} 2\n"), done.stderr
    own = run("-n", 1, script, environment={"TDSL_NUM_THREADS": "7"})
    assert ", '7', " in own.stdout, own.stderr


@needs_mpi
def test_each_process_may_load_sanitized_code(tmp_path: Path) -> None:
    script = written(tmp_path, 'import os\nassert "asan" in os.environ["LD_PRELOAD"], "nothing is loaded"\n')
    done = run("-n", 2, "--sanitize", "address", script)
    assert done.returncode == 0, done.stderr
    done = run("-n", 2, "--sanitize", "thread", script)
    hint = "leave out -n, or take --sanitize address,undefined"
    assert done.returncode == 2
    assert done.stderr == f"tdsl: error[TD0417]: MPI ends when the sanitizer thread watches it\n= hint: {hint}\n"


@needs_mpi
def test_a_process_that_fails_ends_the_others(tmp_path: Path) -> None:
    script = written(
        tmp_path,
        """
        import sys
        from mpi4py import MPI

        if MPI.COMM_WORLD.rank == 1:
            sys.exit(7)
        MPI.COMM_WORLD.Barrier()
        """,
    )
    assert run("-n", 2, script).returncode == 7


@needs_mpi
def test_ctrl_c_reaches_every_process_once(tmp_path: Path) -> None:
    script = written(
        tmp_path,
        """
        import time
        from mpi4py import MPI

        try:
            MPI.COMM_WORLD.Barrier()
            if MPI.COMM_WORLD.rank == 0:
                print("ready", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            open(f"{__file__}.{MPI.COMM_WORLD.rank}", "w").close()
        """,
    )
    command = [sys.executable, "-m", "tdsl", "run", "-n", "2", str(script)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert len(list(tmp_path.glob("script.py.*"))) == 2


def test_the_fix_is_told(tdsl_runs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = written(tmp_path, "")
    hint = '= hint: pip install "tdsl[mpi]" has both, mpiexec and mpi4py'
    code, _, text = tdsl_runs("run", "-n", 2, "--mpiexec", "no-launcher -v", script)
    what = "tdsl: error[TD0415]: there is no no-launcher, which starts several processes"
    assert (code, text.splitlines()[:2]) == (2, [what, hint])
    monkeypatch.setattr(mpi, "launcher", lambda: None)
    _, _, text = tdsl_runs("run", "-n", 2, script)
    assert text.splitlines()[0] == "tdsl: error[TD0415]: there is no mpiexec, which starts several processes"
    monkeypatch.setattr(mpi, "launcher", lambda: sys.executable)
    monkeypatch.setattr(mpi, "has_mpi4py", lambda: False)
    _, _, text = tdsl_runs("run", "-n", 2, script)
    assert text.splitlines()[0] == f"tdsl: error[TD0415]: the package mpi4py is not installed for {sys.executable}"
    monkeypatch.setattr(mpi, "has_mpi4py", lambda: True)
    _, _, text = tdsl_runs("run", "-n", 2, tmp_path / "nothing.py")
    assert f"error[TD0407]: there is no file {tmp_path / 'nothing.py'}" in text


def test_wrong_numbers_of_processes(tdsl_runs: Any, tmp_path: Path) -> None:
    script = written(tmp_path, "")
    for given, told in {"0": "0 is not in the range x>=1", "two": "'two' is not a valid integer range"}.items():
        code, out, err = tdsl_runs("run", "-n", given, script)
        assert (code, out) == (2, "") and f"Invalid value for '-n' / '--processes': {told}" in err
    code, out, err = tdsl_runs("run", "--mpiexec", "mpiexec -f hosts", script)
    assert (code, out) == (2, "") and "--mpiexec starts several processes, and -n says how many" in err


def test_options_before_the_script_are_those_of_tdsl(tdsl_runs: Any, tmp_path: Path) -> None:
    script = written(tmp_path, "import sys; sys.exit(sys.argv[1:] != ['--floot', '64', '--', '-n'])")
    code, _, err = tdsl_runs("run", "--floot", 64, script)
    assert code == 2 and "No such option '--floot'. (Did you mean one of: '--float', '--opt'?)" in err
    assert tdsl_runs("run", script, "--floot", 64, "--", "-n")[0] == 0


@pytest.mark.parametrize("processes", [(), ("-n", 2)])
def test_a_program_is_no_script(
    tdsl_runs: Any, processes: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("line.tdsl").write_text("value 3")
    code, _, text = tdsl_runs("run", *processes, "line.tdsl")
    what = "line.tdsl is a program in tdsl; what runs is a Python script, which compiles or imports it"
    hint = "= hint: tdsl compile line.tdsl makes a module of it"
    assert (code, text.splitlines()[:2]) == (2, [f"tdsl: error[TD0407]: {what}", hint])


@needs_mpi
def test_doctor_names_it(tdsl_runs: Any) -> None:
    (line,) = (line for line in tdsl_runs("doctor")[1].splitlines() if "MPI" in line)
    assert "mpi4py" in line and "mpiexec" in line
