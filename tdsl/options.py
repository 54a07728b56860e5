"""The settings that a generated module depends on or keeps for its calls, in the form that the back end reads."""

from __future__ import annotations

from tdsl.record import record
from tdsl.settings import Settings
from tdsl.targets import TARGETS


@record(frozen=True)
class BuildOptions:
    """`refuse_nan` refuses arguments, results and updates that are not finite; `flush_subnormals` reads and writes
    subnormals as zeros; the environment overrides `threads` and `memory_limit` (MiB), and 0 leaves the choice to the
    system; on GPUs `cublas` leaves large products to cuBLASLt, which with `tf32` may round their operands;
    `profile` times statements; with `data_parallel` several processes can train one model; `check` is debug mode: calls
    check the values that probes find."""

    refuse_nan: bool = False
    flush_subnormals: bool = True
    threads: int = 0
    memory_limit: int = 0
    cublas: bool = True
    tf32: bool = False
    profile: bool = False
    data_parallel: bool = False
    check: bool = False

    @staticmethod
    def of(settings: Settings) -> BuildOptions:
        return BuildOptions(
            refuse_nan=settings.nan == "refuse",
            flush_subnormals=settings.subnormals == "flush",
            threads=settings.threads,
            memory_limit=settings.memory_limit,
            cublas=settings.cublas == "allow",
            tf32=settings.precision == "tf32" and settings.mode != "debug",
            profile=settings.profile,
            data_parallel=settings.data_parallel,
            check=settings.mode == "debug" and TARGETS[settings.target].is_native,
        )
