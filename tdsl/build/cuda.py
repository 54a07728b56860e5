"""The images of a module: its kernels compiled for each architecture of GPUs, which needs no GPU.

They are cached by their content, compiled beside the C++ of the module, and put into it by the assembler.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tdsl import resources
from tdsl.build.cache import Cache
from tdsl.build.compiler import invoke
from tdsl.build.identity import content_digest, digest, tree_digest
from tdsl.build.jobs import Jobs
from tdsl.build.toolchain import Toolchain, command, version
from tdsl.clock import Clock
from tdsl.settings import Settings
from tdsl.source import Diagnostic, UserError
from tdsl.targets import image_number

NVRTC = "nvrtc"
_FIXES = ('install the packages: pip install "tdsl[cuda]"', "or do without: --target cpp")
_ASKED_FOR = "leave the setting cuda_compiler out, and NVRTC compiles the kernels"
_PACKAGES = ("cuda-bindings", "nvidia-cuda-nvrtc")
_INCLUDE = resources.RUNTIME / "include"
# Compiling takes so long in all, and for each letter of the unit.
_SECONDS, _LETTER = 0.5, 5e-5


def locate_cuda(settings: Settings, environment: Mapping[str, str] | None = None) -> Toolchain:
    """The compiler of kernels, without starting it; UserError TD0414 if there is none."""
    if settings.cuda_compiler != NVRTC:
        try:
            found = command(settings.cuda_compiler, os.environ if environment is None else environment)
        except ValueError as problem:
            message = f"{settings.cuda_compiler!r}, asked for by cuda_compiler, is no command: {problem}"
            raise missing(message, _ASKED_FOR) from None
        if found is None:
            message = f"there is no compiler {settings.cuda_compiler!r}, asked for by the setting cuda_compiler"
            raise missing(message, _ASKED_FOR)
        return found
    if importlib.util.find_spec("cuda") is None or importlib.util.find_spec("cuda.bindings") is None:
        raise missing("the package cuda-python, which compiles for GPUs, is not installed")
    program = Path(__file__).with_name("nvrtc.py")
    identity = digest(content_digest(program.read_bytes()), sys.executable, [*map(_version, _PACKAGES)])
    return Toolchain((sys.executable, "-P", str(program)), identity, "NVRTC")


def cuda_version(toolchain: Toolchain, cache: Cache) -> str:
    try:
        return version(toolchain, cache)
    except UserError as error:
        raise missing(error.diagnostics[0].message) from None


def missing(message: str, *fixes: str) -> UserError:
    return UserError(Diagnostic("TD0414", message, None, hints=fixes or _FIXES))


def _version(package: str) -> str:
    from importlib import metadata  # slow to import

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def flags(settings: Settings, architecture: str) -> list[str]:
    """As nvcc spells them."""
    return [*_options(settings, architecture), f"--include-path={_INCLUDE}"]


def _options(settings: Settings, architecture: str) -> list[str]:
    """Products are fused with sums only where kernels say so, as on the CPU."""
    return [
        f"--gpu-architecture={architecture}",
        "--ptx" if architecture.startswith("compute_") else "--cubin",
        "--expt-relaxed-constexpr",
        "--std=c++20",
        "--fmad=false",
        f"--ftz={'true' if settings.subnormals == 'flush' else 'false'}",
        *(["--generate-line-info"] if settings.mode == "debug" else []),
    ]


class Images:
    """The images of one unit; jobs compile those that the cache lacks."""

    def __init__(self, name: str, text: str, settings: Settings, toolchain: Toolchain, cache: Cache) -> None:
        self._name, self._text, self._settings = name, text, settings
        self._toolchain, self._cache = toolchain, cache
        self._folders: dict[str, Path] = {}
        headers = tree_digest([_INCLUDE])
        self.keys = [
            digest(text, _options(settings, architecture), headers, toolchain.identity)
            for architecture in settings.cuda_arch
        ]

    def begin(self, jobs: Jobs, clock: Clock) -> None:
        for architecture, key in zip(self._settings.cuda_arch, self.keys, strict=True):
            jobs.add(_SECONDS + _LETTER * len(self._text), self._job(architecture, key, jobs, clock))

    def _job(self, architecture: str, key: str, jobs: Jobs, clock: Clock) -> Callable[[], None]:
        def fill(folder: Path) -> None:
            unit = f"{self._name}.cu"
            (folder / unit).write_text(self._text, encoding="utf-8")
            arguments = [*flags(self._settings, architecture), unit, "-o", "image"]
            what = f"{unit} for {architecture}"
            invoke(self._toolchain, arguments, folder, what, self._cache, jobs.processes)

        def make() -> None:
            with clock.piece(architecture):
                self._folders[architecture] = self._cache.make("images", key, fill)

        return make

    def embed(self, folder: Path) -> list[str]:
        """Writes the images and the C++ source that has them as tdsl_these_images into a folder, once the jobs are
        done; the names of the files, the source first."""
        files: list[str] = []
        parts = ['.section .rodata,"a"']
        table = ['.section .data.rel.ro,"aw"', ".balign 8", ".globl tdsl_these_images", ".hidden tdsl_these_images"]
        table.append("tdsl_these_images:")
        for number, architecture in enumerate(self._settings.cuda_arch):
            file, label = f"{self._name}.{number}.image", f"tdsl_image_{number}"
            (folder / file).write_bytes((self._folders[architecture] / "image").read_bytes())
            files.append(file)
            parts += [".balign 64", f"{label}:", f'.incbin "{file}"', f"{label}_end:"]
            table += [f".long {image_number(architecture)}, 0", f".quad {label}, {label}_end - {label}"]
        source = f"{self._name}.images.cpp"
        escaped = (line.replace('"', '\\"') for line in (*parts, *table, ".text"))
        text = "\n".join(f'    "{line}\\n"' for line in escaped)
        (folder / source).write_text(f"asm(\n{text});\n", encoding="utf-8")
        return [source, *files]
