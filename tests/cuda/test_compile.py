"""Kernels are compiled for all GPUs by NVRTC, which needs none; modules for CPUs need nothing of it."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from pathlib import Path

import pytest

import tdsl
from tdsl.build.cache import Cache
from tdsl.build.cuda import cuda_version, locate_cuda
from tdsl.build.nvrtc import MISSING, main
from tdsl.build.toolchain import Toolchain
from tdsl.driver import Stages
from tdsl.loops.language import Contraction
from tdsl.settings import Settings
from tdsl.source import Source, UserError
from tests.cuda.units import compiled, golden_kernels
from tests.random_programs.selection import SOME, native

PROGRAM = "dim N\nentry f(x: real[N]) -> tanh(x) * sum(x)"


ARCHITECTURES = ("sm_80", "sm_90", "sm_100", "sm_120")


def spilling(output: str) -> dict[str, bool]:
    """For each kernel in the output of the compiler whether it spills registers."""
    pattern = r"entry function '(\w+)'(?:.|\n)*?(\d+) bytes spill stores, (\d+) bytes spill loads"
    return {name: stores + loads != "00" for name, stores, loads in re.findall(pattern, output)}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_no_golden_kernel_spills(architecture: str, tmp_path: Path) -> None:
    # Products take longest, and are compiled for one architecture here; their templates have tests of their own.
    kernels = golden_kernels(lambda statement: architecture == "sm_100" or not isinstance(statement, Contraction))
    _, output = compiled(kernels.text, architecture, tmp_path, "--ptxas-options=-v")
    assert spilling(output) == dict.fromkeys(kernels.names, False)


@pytest.mark.parametrize(("architecture", "seed"), [*zip(ARCHITECTURES, range(300, 304), strict=True)])
def test_no_kernel_of_random_programs_spills(architecture: str, seed: int, tmp_path: Path) -> None:
    program = native(seed, SOME)
    settings = Settings(float=program.width, target="cuda")
    text = Stages(Source("programs.tdsl", program.text), settings, Path.read_text).unit.device
    _, output = compiled(text, architecture, tmp_path, "--ptxas-options=-v")
    found = spilling(output)
    assert len(found) > 20 and not any(found.values())


@pytest.mark.parametrize("architecture", ["sm_90", "compute_75"])
def test_an_image_is_the_same_each_time(architecture: str, tmp_path: Path) -> None:
    text = '#include "tdsl/cuda/device.hpp"\n#include "tdsl/cuda/support.hpp"\n'
    first, second = (compiled(text, architecture, tmp_path)[0] for _ in range(2))
    assert first == second
    assert first.startswith(b"\x7fELF" if architecture == "sm_90" else b"//\n// Generated")


def test_the_images_are_in_the_module(tmp_path: Path) -> None:
    stand_in = tmp_path / "compiler"
    stand_in.write_text(
        "#!/bin/sh\nif [ $# = 1 ]; then echo stand-in 1; exit; fi\n"
        'architecture=$1; while [ $# -gt 1 ]; do shift; done\necho "an image for $architecture" >"$1"\n'
    )
    stand_in.chmod(0o755)
    for target in ("cuda", "cpp,cuda"):
        made = tdsl.compile(PROGRAM, target=target, cuda_compiler=str(stand_in), cuda_arch="sm_80 sm_90 compute_75")
        content = Path(made.__file__).read_bytes()
        for architecture in ("sm_80", "sm_90", "compute_75"):
            assert f"an image for --gpu-architecture={architecture}\n".encode() in content
        assert made.build_info()["cuda_compiler_version"] == "stand-in 1"
    assert made.f([1.0, 0.0])[1] == 0


def test_a_module_for_the_cpu_needs_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name.startswith("cuda") else found(name))
    with pytest.raises(UserError, match=r"TD0414\]: the package cuda-python(.|\n)*pip install \"tdsl\[cuda\]\""):
        tdsl.compile(PROGRAM, target="cuda")
    assert tdsl.compile(PROGRAM, target="cpp").f([0.0])[0] == 0


def test_a_package_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("cuda", "cuda.bindings"):
        monkeypatch.setitem(sys.modules, name, None)
    assert main(["--version"]) == MISSING
    said = capsys.readouterr().out
    command = (sys.executable, "-c", f"print({said!r}); raise SystemExit({MISSING})")
    settings = Settings(cache_dir=tdsl.config.cache_dir)
    with pytest.raises(UserError, match=r"TD0414\]: NVRTC --version failed .*cuda\.bindings cannot be imported"):
        cuda_version(Toolchain(command, "none", "NVRTC"), Cache.of(settings))


@pytest.mark.skipif(not shutil.which("nvcc"), reason="the CUDA toolkit is not installed")
def test_nvcc(tmp_path: Path) -> None:
    text = golden_kernels(lambda statement: True).text
    image, output = compiled(text, "compute_75", tmp_path, cuda_compiler="nvcc")
    assert image.startswith(b"//\n// Generated") and not output
    made = tdsl.compile(PROGRAM, target="cuda", cuda_compiler="nvcc", cuda_arch="sm_90")
    assert re.search(r"release \d+\.\d+", made.build_info()["cuda_compiler_version"])


def test_the_compiler_is_a_command_that_exists() -> None:
    with pytest.raises(UserError, match="there is no compiler 'no-such-nvcc', asked for by the setting") as caught:
        locate_cuda(Settings(cuda_compiler="no-such-nvcc"))
    assert caught.value.diagnostics[0].hints == ("leave the setting cuda_compiler out, and NVRTC compiles the kernels",)
    with pytest.raises(UserError, match=r"TD0414.*is no command: No closing quotation"):
        locate_cuda(Settings(cuda_compiler="nvcc 'a"))


def test_an_error_of_the_compiler_is_shown(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"TD0402\]: false failed on \w+\.cu for sm_90"):
        tdsl.compile(PROGRAM + " + 1", target="cuda", cuda_compiler=_failing(tmp_path), cuda_arch="sm_90")


def _failing(folder: Path) -> str:
    program = folder / "false"
    program.write_text("#!/bin/sh\nif [ $# = 1 ]; then echo none; else exit 1; fi\n")
    program.chmod(0o755)
    return str(program)
