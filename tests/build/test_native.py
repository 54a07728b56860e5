"""From a program to an imported extension through the stand-in: reuse, changes, failures, `tdsl.compile`."""

from __future__ import annotations

import os
import sys
import types
from importlib.machinery import ExtensionFileLoader
from pathlib import Path

import pytest

import tdsl
from tdsl.build.cache import Cache
from tdsl.build.reading import read_source
from tdsl.build.toolchain import locate, version
from tdsl.clock import Clock
from tdsl.compilation import Artefact, compile_source
from tdsl.settings import Settings
from tdsl.source import UserError

pytestmark = pytest.mark.usefixtures("compiler")


def compiled(path: Path, settings: Settings) -> Artefact:
    return compile_source(read_source(path), settings, Cache.of(settings), Clock())


def test_an_unchanged_program_is_found_again(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "three.tdsl"
    path.write_text("value 3")
    first, second = compiled(path, settings), compiled(path, settings)
    assert (first.reused, second.reused) == (False, True)
    assert first.module == second.module and first.module.is_file()
    path.write_text("value 4")
    assert not compiled(path, settings).reused


@pytest.mark.parametrize("change", [{"opt": 1}, {"float": 64}, {"mode": "debug"}, {"flags": ("-DX=1",)}])
def test_a_setting_that_matters_makes_it_anew(tmp_path: Path, settings: Settings, change: dict[str, object]) -> None:
    path = tmp_path / "setting.tdsl"
    path.write_text("value 3")
    compiled(path, settings)
    assert not compiled(path, Settings(**{"cache_dir": settings.cache_dir, **change})).reused  # type: ignore[arg-type]
    assert compiled(path, Settings(cache_dir=settings.cache_dir, color="never")).reused


def test_an_imported_file_counts(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "sums.tdsl"
    path.write_text('use "more.txt"')
    (tmp_path / "more.txt").write_text("5")
    compiled(path, settings)
    assert compiled(path, settings).reused
    (tmp_path / "more.txt").write_text("6")
    again = compiled(path, settings)
    assert not again.reused
    assert tdsl.compile(path).value == 6
    (tmp_path / "more.txt").unlink()
    with pytest.raises(FileNotFoundError):
        compiled(path, settings)


def test_a_program_with_warnings_tells_them_each_time(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "warned.tdsl"
    path.write_text("value 3 warn")
    assert compiled(path, settings).warnings
    assert compiled(path, settings).warnings


def test_a_spoiled_module_is_made_anew(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "spoiled.tdsl"
    path.write_text("value 3")
    first = compiled(path, settings)
    first.module.write_bytes(b"not an extension")
    assert not compiled(path, settings).reused
    assert tdsl.compile(path).value == 3


def test_the_compilers_errors_are_shown_and_kept(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "odd.tdsl"
    path.write_text("value 3 broken")
    with pytest.raises(UserError) as raised:
        compiled(path, settings)
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.code == "TD0402" and "odd.cpp" in diagnostic.message and "error" in diagnostic.message
    log = Path(diagnostic.hints[-1].rpartition(" ")[2])
    assert "this is not C++" in log.read_text()
    assert not list(tmp_path.glob("odd*.so"))


def test_no_compiler(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"TD0401(.|\n)*apt install(.|\n)*pip install ziglang(.|\n)*--target numpy"):
        locate(settings, {"PATH": str(tmp_path)})


def test_a_compiler_asked_for_is_not_replaced_by_another(settings: Settings) -> None:
    with pytest.raises(UserError, match=r"TD0401.*no-such-c\+\+.*\$CXX"):
        locate(settings, {"CXX": "no-such-c++", "PATH": "/usr/bin:/bin"})
    chosen = Settings(compiler="other-c++")
    with pytest.raises(UserError, match=r"other-c\+\+.*the setting compiler"):
        locate(chosen, {"CXX": "c++", "PATH": "/usr/bin:/bin"})


def working(path: Path, text: str = "c++") -> Path:
    """A compiler of that path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec {text} "$@"\n')
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("cxx", "path"),
    [
        ("./tools/cxx", None), ("tools/cxx", None), ("my-cxx", "tools"), ("env ./tools/cxx", None),
        ("{here}/my tools/cxx", None), ("'{here}/my tools/cxx' -g", None), ("my tools/cxx", None),
    ],
)  # fmt: skip
def test_a_compiler_path_is_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cxx: str, path: str | None
) -> None:
    for place in ("tools/cxx", "tools/my-cxx", "my tools/cxx"):
        working(tmp_path / place)
    monkeypatch.setenv("CXX", cxx.format(here=tmp_path))
    if path:
        monkeypatch.setenv("PATH", f"{path}:{os.environ['PATH']}")
    (tmp_path / "three.tdsl").write_text("value 3")
    chosen = Settings(cache_dir=str(tmp_path / "cache"), opt=0)
    assert compiled(tmp_path / "three.tdsl", chosen).module.is_file()


def test_a_command_that_is_none(settings: Settings) -> None:
    with pytest.raises(UserError, match=r"TD0401.*asked for by \$CXX, is no command: No closing quotation"):
        locate(settings, {"CXX": "g++ '-g", "PATH": "/usr/bin:/bin"})


def test_a_compiler_that_writes_nothing(tmp_path: Path) -> None:
    silent = working(tmp_path / "silent", "echo done with")
    path = tmp_path / "three.tdsl"
    path.write_text("value 3")
    with pytest.raises(UserError) as raised:
        compiled(path, Settings(cache_dir=str(tmp_path / "cache"), compiler=str(silent)))
    text = str(raised.value)
    assert "TD0402" in text and "silent ended without an error on" in text and "has not written" in text
    assert "it said: done with" in text
    mute = working(tmp_path / "mute", "true; exit; ")
    with pytest.raises(UserError, match="mute says nothing to --version: it is no C"):
        version(locate(Settings(compiler=str(mute))), Cache(tmp_path / "cache", 1 << 30))


def test_a_disk_that_is_full_for_the_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its temporary files lie where the result does, so that another place for that is one for them as well."""
    cache = tmp_path / "cache"
    full = working(
        tmp_path / "full",
        f"""sh -c 'case $TMPDIR in {cache}*)
        echo "fatal error: error writing to $TMPDIR/a.s: No space left on device"; exit 1;; esac
        exec c++ "$@"' sh""",
    )
    (tmp_path / "three.tdsl").write_text("value 3")
    chosen = Settings(cache_dir=str(cache), compiler=str(full), opt=0)
    used = Cache.of(chosen)
    artefact = compile_source(read_source(tmp_path / "three.tdsl"), chosen, used, Clock())
    assert artefact.module.is_file() and not artefact.module.is_relative_to(cache)
    assert [warning.code for warning in used.warnings] == ["TD0410"]
    assert "No space left on device" in used.warnings[0].message


def test_no_log_is_named_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "odd.tdsl").write_text("value 3 broken")
    (tmp_path / "cache").write_text("no folder")
    with pytest.raises(UserError) as raised:
        compiled(tmp_path / "odd.tdsl", Settings(cache_dir=str(tmp_path / "cache")))
    text = str(raised.value)
    assert "whole output" not in text and "it said: " in text and "this is not C++" in text


def test_a_cache_from_which_no_code_may_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise ImportError("failed to map segment from shared object")

    monkeypatch.setattr(ExtensionFileLoader, "create_module", refuses)
    with pytest.raises(ImportError, match="failed to map"):
        tdsl.compile("value 11", name="eleven")
    monkeypatch.setattr(os, "statvfs", lambda path: types.SimpleNamespace(f_flag=os.ST_NOEXEC))
    with pytest.raises(UserError, match=r"TD0410.*no code may be run from .*noexec(.|\n)*TDSL_CACHE_DIR"):
        tdsl.compile("value 11", name="eleven")


def test_the_version_is_asked_once(tmp_path: Path, settings: Settings) -> None:
    counter = tmp_path / "count"
    script = tmp_path / "fake-c++"
    script.write_text(f"#!/bin/sh\necho asked >> {counter}\necho fake 1.0\n")
    script.chmod(0o755)
    cache = Cache.of(settings)
    toolchain = locate(Settings(compiler=str(script)))
    assert [version(toolchain, cache) for _ in range(3)] == ["fake 1.0"] * 3
    assert counter.read_text().splitlines() == ["asked"]
    script.write_text(script.read_text() + "# newer\n")
    assert locate(Settings(compiler=str(script))).identity != toolchain.identity


def test_a_word_is_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("neuron.tdsl").write_text("value 3")
    for word, hint in ("neuron", "did you mean neuron.tdsl"), ("/etc/passwd", "a file is called NAME.tdsl"):
        with pytest.raises(UserError, match=f"TD0407.*{word} is neither a program nor .*\n.*{hint}"):
            tdsl.compile(word)


def test_compile_text() -> None:
    before, paths = dict(sys.modules), list(sys.path)
    module = tdsl.compile("value 7\n")
    assert module.value == 7
    assert module.__name__.startswith("tdsl_")
    assert tdsl.compile("value 7\n") is module
    assert module.__name__ not in sys.modules and module.__name__ not in before
    assert sys.path == paths


def test_one_name_two_modules() -> None:
    first = tdsl.compile("value 1", name="same")
    second = tdsl.compile("value 2", name="same")
    assert (first.value, second.value, first.__name__) == (1, 2, "same")


def test_a_changed_file_is_loaded_anew(tmp_path: Path) -> None:
    path = tmp_path / "changing.tdsl"
    path.write_text("value 1")
    first = tdsl.compile(path)
    path.write_text("value 2")
    assert (first.value, tdsl.compile(str(path)).value) == (1, 2)


def test_settings_as_keywords_and_from_config(tmp_path: Path) -> None:
    assert tdsl.compile("value 1", defines={"H": 5}).value == 6
    with tdsl.config.override(target="numpy"):
        module = tdsl.compile("value 9", out=tmp_path / "made", name="nine")
    assert module.value == 9 and module.__file__ is not None and module.__file__.endswith("nine.py")
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["nine.py", "nine.pyi"]
    with pytest.raises(UserError, match=r"TD0403.*flaot"):
        tdsl.compile("value 1", flaot=64)


@pytest.mark.parametrize("name", ["2d", "für", "class", "a-b", "../x", "a/b", "/x", ""])
def test_names_that_python_cannot_import(name: str) -> None:
    with pytest.raises(UserError, match="TD0405"):
        tdsl.compile("value 1", name=name)


def test_public_names_and_accepted_arguments() -> None:
    for name in (5, 10**5000, b"x"):
        with pytest.raises(TypeError, match=r"tdsl.compile: name is .*, expected a text"):
            tdsl.compile("value 1", name=name)  # type: ignore[arg-type]
    assert set(tdsl.__all__) <= set(dir(tdsl))
    with pytest.raises(TypeError, match="a path or the text of a program, not a int"):
        tdsl.compile(3)  # type: ignore[arg-type]
