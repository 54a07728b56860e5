"""Processes that answer a line with a line, and are stopped while others are measured."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from benchmarks.plan import ContenderError

START_SECONDS, BATCH_SECONDS = 900.0, 120.0


class Served:
    """A process in its own group: its threads do not even spin while it is not asked."""

    def __init__(self, command: Sequence[str | Path], environment: Mapping[str, str], folder: Path, log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                bufsize=1,
                start_new_session=True,
            )
        self._log = log

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):  # a question that was never read
                self._pipe(pipe).close()

    def ready(self) -> float:
        """The error that the process found in its own work, once it is ready to be timed."""
        told = json.loads(self._line(START_SECONDS))
        if "failed" in told:
            raise ContenderError(told["failed"])
        self._signal(signal.SIGSTOP)
        return float(told["error"])

    def ask(self, question: str = "") -> float:
        self._signal(signal.SIGCONT)
        with suppress(BrokenPipeError):
            self._pipe(self._process.stdin).write(question + "\n")
        answer = float(self._line(BATCH_SECONDS))
        self._signal(signal.SIGSTOP)
        return answer

    def sample(self) -> float:
        return self.ask()

    def _line(self, seconds: float) -> str:
        answers = self._pipe(self._process.stdout)
        if not select.select([answers], [], [], seconds)[0]:
            raise ContenderError(f"no answer within {seconds:.0f} s")
        line = answers.readline()
        if not line:
            raise ContenderError(f"ended with status {self._process.wait()}, see {self._log}")
        return line

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe
