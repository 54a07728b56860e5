"""Every setting, once: name, type, default, meaning, allowed values and effect.

Files, `TDSL_FLAGS`, `tdsl.config`, the options of the command line and the keys of the cache all come from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from typing import Any, Literal

from tdsl.record import record
from tdsl.settings import readers
from tdsl.settings.readers import Defines, Reader
from tdsl.targets import TARGETS

Affects = Literal["program", "objects", "nothing"]


@record(frozen=True)
class Setting:
    """The properties of a setting beside its name and type.

    A change of it invalidates `affects`: everything, only the C++ objects, or nothing.  A `guarded` setting starts
    programs or opens files, and is not taken from files that others can write.
    """

    default: object
    help: str
    read: Reader
    affects: Affects
    metavar: str
    flags: tuple[str, ...] = ()
    environment: str = ""
    guarded: bool = False


def _setting(
    default: object,
    help: str,
    read: Reader,
    affects: Affects,
    metavar: str,
    flags: tuple[str, ...] = (),
    environment: str = "",
    guarded: bool = False,
) -> Any:
    return field(
        default=default,
        metadata={"setting": Setting(default, help, read, affects, metavar, flags, environment, guarded)},
    )


@record(frozen=True)
class Settings:
    """The values a compilation runs with."""

    float: int = _setting(32, "Width of real in bits.", readers.one_of(32, 64), "program", "32|64")
    target: str = _setting(
        "cpp",
        "The kind of module: a native extension for the CPU, for CUDA GPUs or for both, or pure Python and NumPy.",
        readers.one_of(*TARGETS),
        "program",
        "|".join(TARGETS),
    )
    defines: Defines = _setting(
        (), "Give a const of the program another value.", readers.defines, "program", "NAME=VALUE", ("-D", "--define")
    )
    outside: str = _setting(
        "refuse",
        "Whether a program may use files that do not lie in its folder or below.",
        readers.one_of("refuse", "allow"),
        "program",
        "refuse|allow",
        guarded=True,
    )
    mode: str = _setting(
        "fast-run",
        "fast-compile: no optimisation.  debug: calls check themselves (docs/debugging.md), NaN refused.",
        readers.one_of("fast-run", "fast-compile", "debug"),
        "program",
        "fast-run|fast-compile|debug",
    )
    guards: tuple[str, ...] = _setting(
        (),
        "In debug mode, which this implies: a condition on each real value, or on those of a name (`h: value >= 0`).",
        readers.guards,
        "program",
        "CONDITION",
        ("--guard",),
    )
    nan: str = _setting(
        "allow",
        "Whether arguments, results and updates may be NaN or infinite.",
        readers.one_of("allow", "refuse"),
        "program",
        "allow|refuse",
    )
    profile: bool = _setting(
        False,
        "Whether the statements of native code are timed, for `module.profile()`.",
        readers.switch,
        "program",
        "true|false",
    )
    unstable: str = _setting(
        "allow",
        "Whether a form may be left that exponentials of ordinary arguments break, and that no rewrite mends.",
        readers.one_of("allow", "refuse"),
        "program",
        "allow|refuse",
    )
    subnormals: str = _setting(
        "flush",
        "Whether native code takes numbers too small for full precision as 0, or keeps them, which may cost much time.",
        readers.one_of("flush", "keep"),
        "program",
        "flush|keep",
    )
    data_parallel: bool = _setting(
        False,
        "Whether several processes can train one model: derivatives are averaged before values are updated.",
        readers.switch,
        "program",
        "true|false",
    )
    opt: int = _setting(
        3,
        "The optimisation level of the C++ compiler, from 0 to 3.",
        readers.one_of(0, 1, 2, 3),
        "program",
        "0..3",
        ("-O", "--opt"),
    )
    device: str = _setting(
        "cpu",
        "Where models compute unless they say it: on the CPU, or on a GPU, for which the target is cpp,cuda then.",
        readers.device,
        "program",
        "cpu|cuda:N",
    )
    precision: str = _setting(
        "ieee",
        "Whether cuBLASLt may round f32 operands of large products on GPUs to TF32, which is faster.",
        readers.one_of("ieee", "tf32"),
        "program",
        "ieee|tf32",
    )
    cublas: str = _setting(
        "allow",
        "Whether large products on GPUs are left to cuBLASLt, where it is installed.",
        readers.one_of("allow", "refuse"),
        "program",
        "allow|refuse",
    )
    threads: int = _setting(
        0,
        "Threads of the module, unless TDSL_NUM_THREADS is set; 0: one per core.",
        readers.number(0, 1024),
        "program",
        "N",
    )
    memory_limit: int = _setting(
        0,
        "Memory a call may need, in MiB, unless TDSL_MEMORY_LIMIT is set; 0: the memory of the system.",
        readers.mebibytes(0),
        "program",
        "MIB",
    )
    compiler: str = _setting(
        "",
        "The C++ compiler; otherwise $CXX, c++, g++, clang++, zig.",
        readers.text,
        "objects",
        "COMMAND",
        guarded=True,
    )
    flags: tuple[str, ...] = _setting(
        (), "More flags for the C++ compiler.", readers.words, "objects", "FLAGS", guarded=True
    )
    sanitize: tuple[str, ...] = _setting(
        (),
        "Sanitizers that watch native code: `address`, `undefined`, `thread`; scripts then start by `tdsl run`.",
        readers.sanitizers,
        "objects",
        "NAMES",
    )
    march: str = _setting(
        "native", "The processor compiled for: native, none, x86-64-v3, …", readers.architecture, "objects", "NAME"
    )
    cuda_compiler: str = _setting(
        "nvrtc",
        "The compiler of kernels for GPUs: nvrtc, nvcc, or a command that takes nvcc's options.",
        readers.text,
        "objects",
        "COMMAND",
        guarded=True,
    )
    cuda_arch: tuple[str, ...] = _setting(
        ("sm_80", "sm_90", "sm_100", "sm_120", "compute_75"),
        "The GPUs compiled for; compute_75 is PTX, which the driver compiles for any other of at least 7.5.",
        readers.gpus,
        "objects",
        "NAMES",
    )
    cache_dir: str = _setting(
        "",
        "The folder of the cache of compiled modules.",
        readers.folder,
        "nothing",
        "FOLDER",
        environment="TDSL_CACHE_DIR",
        guarded=True,
    )
    cache_limit: int = _setting(2048, "Size the cache is trimmed to, in MiB.", readers.mebibytes(1), "nothing", "MIB")
    pedantic: bool = _setting(
        False,
        "Whether `tdsl check` warns of programs that are probably not meant so.",
        readers.switch,
        "nothing",
        "true|false",
    )
    color: str = _setting(
        "auto",
        "Whether messages are coloured.",
        readers.one_of("auto", "always", "never"),
        "nothing",
        "auto|always|never",
    )


TABLE: Mapping[str, Setting] = {one.name: one.metadata["setting"] for one in fields(Settings)}


def fingerprint(settings: Settings, *affects: Affects) -> dict[str, object]:
    """The values of all settings with this `affects`, to be hashed into a key."""
    return {name: getattr(settings, name) for name, setting in TABLE.items() if setting.affects in affects}
