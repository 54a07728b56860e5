"""The interpreters, environments, caches and compiled programs of the benchmarks."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.device import VARIABLE
from benchmarks.machine import has_avx512
from benchmarks.plan import ContenderError
from benchmarks.row import OWN, Program
from benchmarks.served import Served
from tdsl.resources import RUNTIME

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Place:
    """The peers' interpreter, a folder for all that is made, and the device: cpu or cuda."""

    python: Path
    folder: Path
    device: str = "cpu"

    def interpreter(self, contender: str) -> str:
        return sys.executable if contender.startswith(OWN) else str(self.python)

    def environment(self, contender: str, caches: Path | None = None) -> dict[str, str]:
        """The environment of a contender: peers run with their defaults, except for their caches and settings that
        their libraries would not detect.  Bytecode is kept, as for any installed package."""
        caches = caches or self.folder / "caches"
        made = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "",
            "TDSL_CACHE_DIR": str(caches / "tdsl"),
            "TORCHINDUCTOR_CACHE_DIR": str(caches / "inductor"),
            "NUMBA_CACHE_DIR": str(caches / "numba"),
            "PYTENSOR_FLAGS": f"floatX=float32,base_compiledir={caches / 'pytensor'}",
            "JAX_PLATFORMS": self.device,
            "JAX_DEFAULT_MATMUL_PRECISION": "highest",  # on a GPU its own default is TF32
            VARIABLE: self.device,
            "JAX_COMPILATION_CACHE_DIR": str(caches / "jax"),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        }
        if self.device != "cpu":
            own = f"target={self.device},device={self.device}0"
            made["TDSL_FLAGS"] = ",".join(filter(None, (os.environ.get("TDSL_FLAGS"), own)))
        if contender in ("oneDNN", "MKL"):
            made["LD_LIBRARY_PATH"] = str(self.python.parent.parent / "lib")
        if contender == "OpenBLAS" and has_avx512():
            made["OPENBLAS_CORETYPE"] = "SkylakeX"
        return made

    def compile(self, program: Program, name: str, caches: Path | None = None) -> Path:
        """The folder with the program's module, compiled by the command that a user gives."""
        folder = self.modules(name)
        folder.mkdir(parents=True, exist_ok=True)
        source = folder / f"{program.name}.tdsl"
        source.write_text(program.text, encoding="utf-8")
        done = subprocess.run(
            self.compile_command(source, program), env=self.environment(OWN, caches), capture_output=True, text=True
        )
        if done.returncode:
            raise ContenderError(f"does not compile: {(done.stderr.splitlines() or [''])[0]}")
        return folder

    def compile_command(self, source: Path, program: Program) -> list[str]:
        options = [f"--precision={program.precision}"]
        options += [f"-D{name}={value}" for name, value in program.defines.items()]
        return [sys.executable, "-m", "tdsl", "compile", "-q", str(source), "-o", str(source.parent), *options]

    def peak(self) -> Served:
        """The program that measures the limits of the machine, compiled for it."""
        compiler, target = os.environ.get("CXX", "c++"), self.folder / "peak"
        flags = ["-std=c++20", "-O3", "-march=native", "-pthread"]
        subprocess.run([compiler, *flags, RUNTIME / "programs" / "limits.cpp", "-o", target], check=True)
        return Served([target], dict(os.environ), self.folder, self.folder / "logs" / "peak.txt")

    def modules(self, name: str) -> Path:
        return self.folder / "modules" / name

    def worker(self, row: str, contender: str, seconds: float) -> Served:
        module = ["-m", "benchmarks.worker", row, contender, str(self.modules(row)), str(seconds)]
        log = self.folder / "logs" / f"{row}-{contender.replace(' ', '-')}.txt"
        return Served([self.interpreter(contender), *module], self.environment(contender), self.folder, log)
