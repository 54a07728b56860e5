"""Four layers, later wins; every mistake names where it was made."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tdsl
from tdsl.settings import Settings
from tdsl.settings.layers import Resolved, resolve
from tdsl.settings.table import TABLE, fingerprint
from tdsl.source import UserError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TDSL_FLAGS", raising=False)
    monkeypatch.delenv("TDSL_CACHE_DIR", raising=False)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project" / "models").mkdir(parents=True)
    return tmp_path / "project"


def found(folder: Path, flags: str = "", code: object = None, **asked: object) -> Resolved:
    return resolve(folder, code or {}, asked, "command line", {"TDSL_FLAGS": flags})  # type: ignore[arg-type]


def error(folder: Path, flags: str = "", **asked: object) -> str:
    with pytest.raises(UserError) as raised:
        found(folder, flags, **asked)
    return str(raised.value)


def test_each_layer_wins_over_the_ones_before(project: Path) -> None:
    (project / ".tdslrc").write_text("float = 64\nopt = 0\nnan = 'refuse'\nthreads = 1\n")
    resolved = found(project / "models", "opt=1,nan=allow,threads=2", {"nan": "refuse", "threads": 3}, threads=4)
    settings = resolved.settings
    assert (settings.float, settings.opt, settings.nan, settings.threads) == (64, 1, "refuse", 4)
    origins = [resolved.origins[name] for name in ("float", "opt", "nan", "threads", "target")]
    assert origins == [f"{project / '.tdslrc'}:1", "TDSL_FLAGS", "tdsl.config", "command line", "default"]


def test_a_gpu_needs_a_target_with_code_for_it(project: Path) -> None:
    for text in ("cuda", "cuda0", "cuda:0"):
        resolved = found(project, f"device={text}")
        assert (resolved.settings.device, resolved.settings.target) == ("cuda:0", "cpp,cuda")
        assert resolved.origins["target"] == "device = cuda:0"
    assert found(project, device="cuda:12", target="cuda").settings.device == "cuda:12"
    assert found(project, target="cuda").settings.device == "cpu"
    assert "TD0404" in error(project, "target=cpp", device="cuda:1")
    assert "the target numpy has no code for the device cuda:1" in error(project, "target=numpy", device="cuda:1")
    assert "the target cuda has no code for the device cpu" in error(project, target="cuda", device="cpu")


def test_the_nearest_file_counts_and_the_home_last(project: Path, home: Path) -> None:
    (home / ".tdslrc").write_text("opt = 0\n")
    assert found(project).settings.opt == 0
    (project / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert found(project).settings.opt == 0
    (project / "pyproject.toml").write_text(
        "[project]\nname = 'x'\n\n[tool.tdsl]\nopt = 1\n[tool.tdsl.defines]\nH = 3\n"
    )
    resolved = found(project / "models")
    assert (resolved.settings.opt, resolved.settings.defines) == (1, (("H", "3"),))
    assert resolved.origins["opt"] == f"{project / 'pyproject.toml'}:5"
    (project / "models" / ".tdslrc").write_text("opt = 2\n")
    assert found(project / "models").settings.opt == 2


def test_defines_are_joined_by_name(project: Path) -> None:
    (project / ".tdslrc").write_text("defines = {H = 1, K = 2}\n")
    settings = found(project, "defines=H=3,defines=rate=1e-3", defines=("M=-4",)).settings
    assert settings.defines == (("H", "3"), ("K", "2"), ("M", "-4"), ("rate", "1e-3"))
    (project / ".tdslrc").write_text("defines = {deep = true}\n")
    assert found(project, "defines=wide=false").settings.defines == (("deep", "true"), ("wide", "false"))


def test_debug_refuses_nan_by_default(project: Path) -> None:
    assert found(project, mode="debug").settings.nan == "refuse"
    assert found(project, mode="debug").origins["nan"] == "mode = debug"
    assert found(project, "nan=allow", mode="debug").settings.nan == "allow"


def test_guards_imply_debug_mode(project: Path) -> None:
    settings = found(project, "guards=value > 0,guards=h: value < 3", guards=("value > 0", "value < 9")).settings
    assert settings.guards == ("value > 0", "h: value < 3", "value < 9")
    assert settings.mode == "debug" and settings.nan == "refuse"
    assert "mode fast-run has no guards" in error(project, "mode=fast-run,guards=value > 0")
    assert "guards cannot be" in error(project, guards=" ")


def test_devices_have_debug_mode(project: Path) -> None:
    for target in ("cuda", "cpp,cuda"):
        assert found(project, target=target, mode="debug").settings.mode == "debug"
        assert found(project, target=target, guards=("value > 0",)).settings.guards == ("value > 0",)
    assert "the target numpy has no guards" in error(project, "guards=value > 0", target="numpy")


def test_fast_compile_does_not_optimise_by_default(project: Path) -> None:
    assert found(project, mode="fast-compile").settings.opt == 0
    assert found(project, mode="fast-compile").origins["opt"] == "mode = fast-compile"
    assert found(project, "opt=2", mode="fast-compile").settings.opt == 2
    assert found(project, mode="fast-run").settings.opt == 3


def test_folders_of_a_file_are_beside_it(project: Path) -> None:
    (project / ".tdslrc").write_text("cache_dir = 'kept'\n")
    assert found(project / "models").settings.cache_dir == str(project / "kept")


def test_paths_in_flags_are_relative_to_their_source(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (project, project / "models"):
        (folder / "include").mkdir()
        (folder / "extra.o").touch()
    (project / "NAME").touch()
    flags = "-Iinclude -I include -isystem=include -Imissing -include cmath -DNAME -D NAME -lm extra.o ./extra.o -g"

    def expected(folder: Path) -> list[str]:
        found = [f"-I{folder}/include", "-I", f"{folder}/include", "-isystem=include", "-Imissing", "-include", "cmath"]
        return [*found, "-DNAME", "-D", "NAME", "-lm", f"{folder}/extra.o", f"{folder}/extra.o", "-g"]

    (project / ".tdslrc").write_text(f"flags = '{flags}'\n")
    monkeypatch.chdir(project / "models")
    assert list(found(project / "models").settings.flags) == expected(project)
    (project / ".tdslrc").write_text(f"flags = {flags.split()}\n")
    assert list(found(project / "models").settings.flags) == expected(project)
    assert list(found(project / "models", f"flags='{flags}'").settings.flags) == expected(project / "models")
    assert list(found(project, "", {"flags": flags.split()}).settings.flags) == expected(project / "models")
    for wrong in (3, b"-g", ["-g", 3], "'"):
        with pytest.raises(UserError, match="TD0404"):
            found(project, "", {"flags": wrong})


def test_quotes_hold_commas(project: Path) -> None:
    assert found(project, 'opt=1, flags="-Wl,-z,now -g"').settings.flags == ("-Wl,-z,now", "-g")


def test_mistakes_name_their_place(project: Path) -> None:
    (project / ".tdslrc").write_text("# mine\nflaot = 64\n")
    text = error(project)
    assert f"{project / '.tdslrc'}:2:1: error[TD0403]: there is no setting 'flaot'" in text
    assert "did you mean 'float'?" in text
    (project / ".tdslrc").write_text("float = 16\n")
    assert ".tdslrc:1:1: error[TD0404]: float cannot be 16: expected 32 or 64" in error(project)
    (project / ".tdslrc").write_text("float = \n")
    assert ".tdslrc:1:9: error[TD0411]" in error(project)
    (project / ".tdslrc").write_bytes(b"\xff")
    assert "TD0411" in error(project)
    (project / ".tdslrc").unlink()
    assert "TDSL_FLAGS:1:7: error[TD0404]: nan cannot be maybe" in error(project, "opt=1,nan=maybe")
    assert "TD0404" in error(project, "opt")
    assert "TD0404" in error(project, "flags='x")
    assert "(command line)" in error(project, opt="4")
    assert "device cannot be gpu: expected cpu, or cuda" in error(project, "device=gpu")
    assert "sm_70 is too old: kernels run on GPUs of compute capability 7.5" in error(project, cuda_arch="sm_90 sm_70")


def test_a_byte_order_mark(project: Path) -> None:
    (project / ".tdslrc").write_bytes(b"\xef\xbb\xbffloat = 64\n")
    assert found(project).settings.float == 64
    assert found(project).origins["float"] == f"{project / '.tdslrc'}:1"


def test_odd_files_are_mistakes_or_nothing(project: Path) -> None:
    (project / "pyproject.toml").write_text("tool = 'tool.tdsl'\n")
    assert "TD0411" in error(project)
    (project / "pyproject.toml").write_text("[tool]\ntdsl = 3 # tool.tdsl\n")
    assert "TD0411" in error(project)
    (project / "pyproject.toml").unlink()
    (project / ".tdslrc").write_text("flags = " + "[" * 100_000)
    assert "TD0411" in error(project)
    (project / ".tdslrc").unlink()
    os.mkfifo(project / ".tdslrc")
    os.mkfifo(project / "pyproject.toml")
    assert found(project).settings == Settings()
    (project / ".tdslrc").unlink()
    (project / ".tdslrc").symlink_to("/dev/zero")
    assert found(project).settings == Settings()


@pytest.fixture
def give_away(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Makes a file another user's: really so for root, else by being somebody else."""

    def give(path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, 65533, 65533)
        else:
            monkeypatch.setattr(os, "geteuid", lambda: 65533)

    return give


GUARDED = 'compiler = "./evil"\nflags = "-fplugin=evil.so"\ncache_dir = "."\noutside = "allow"\nfloat = 64\n'


def test_settings_that_start_programs_are_not_taken_from_other_users(
    project: Path, give_away: Callable[[Path], None]
) -> None:
    path = project / ".tdslrc"
    path.write_text(GUARDED)
    assert found(project).settings.compiler == f"{project}/./evil" and not found(project).warnings
    give_away(path)
    resolved = found(project / "models")
    assert resolved.settings == Settings(float=64)
    assert [warning.code for warning in resolved.warnings] == ["TD0413"] * 4
    first = str(resolved.warnings[0])
    assert first.startswith(f"{path}:1:1: warning[TD0413]: compiler is not taken from {path}: it belongs to user ")
    assert "--compiler" in first
    settings = resolve(project, {}, {"flags": "-g"}, "command line", {"TDSL_FLAGS": "compiler=mine"}).settings
    assert (settings.compiler, settings.flags) == ("mine", ("-g",))


@pytest.mark.parametrize(("mode", "believed"), [(0o644, True), (0o600, True), (0o666, False), (0o646, False)])
def test_a_file_that_everybody_may_write_is_anybodys(project: Path, mode: int, believed: bool) -> None:
    (project / ".tdslrc").write_text(GUARDED)
    (project / ".tdslrc").chmod(mode)
    assert (found(project).settings.flags != ()) is believed


def test_a_group_of_several_may_be_anybody(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / ".tdslrc").write_text(GUARDED)
    (project / ".tdslrc").chmod(0o664)
    mine = pwd.struct_passwd(("me", "x", os.geteuid(), 4242, "", "/", "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwuid", lambda number: mine)
    monkeypatch.setattr(os, "fstat", with_group(4242, os.fstat))
    for members, name, believed in (([], "me", True), (["you"], "me", False), ([], "all", False)):
        group = grp.struct_group((name, "x", 4242, members))
        monkeypatch.setattr(grp, "getgrgid", lambda number, group=group: group)
        assert (found(project).settings.flags != ()) is believed


def with_group(number: int, ask: Callable[[int], os.stat_result]) -> Callable[[int], os.stat_result]:
    def answer(descriptor: int) -> os.stat_result:
        found = list(ask(descriptor))
        found[5] = number
        return os.stat_result(found)

    return answer


@pytest.mark.parametrize("text", ["float = ", "flaot = 64", "float = 16", "\xff\xfe", "x = " + "[" * 100_000])
def test_mistakes_in_files_of_other_users_are_ignored(
    project: Path, give_away: Callable[[Path], None], text: str
) -> None:
    (project / "models" / ".tdslrc").write_bytes(text.encode("latin-1"))
    give_away(project / "models" / ".tdslrc")
    resolved = found(project / "models")
    assert resolved.settings == Settings()
    assert resolved.warnings and all(warning.severity == "warning" for warning in resolved.warnings)


@pytest.fixture
def somebody() -> Iterator[Path]:
    """A folder that is this user's, who is not root even if root runs the tests."""
    root = Path(tempfile.mkdtemp())
    user = os.geteuid()
    if user == 0:
        os.chown(root, 65533, 65533)
        os.seteuid(65533)
    yield root
    if user == 0:
        os.seteuid(0)
    for path in root.rglob("*"):
        path.chmod(0o700)
    shutil.rmtree(root)


def test_unreadable_files(somebody: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (somebody / "inner").mkdir()
    (somebody / ".tdslrc").write_text("opt = 1\n")
    (somebody / "inner" / "pyproject.toml").write_text("[tool.tdsl]\nopt = 2\n")
    (somebody / "inner" / "pyproject.toml").chmod(0)
    assert found(somebody / "inner").settings.opt == 1, "a project that keeps its file to itself stops nobody"
    (somebody / ".tdslrc").chmod(0)
    assert "TD0411" in error(somebody / "inner"), "one's own file is meant to be read"
    (somebody / ".tdslrc").unlink()
    (somebody / "home").mkdir()
    (somebody / "home").chmod(0)
    monkeypatch.setenv("HOME", str(somebody / "home"))
    assert found(somebody).settings == Settings()


def test_no_home(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", no_entry)
    assert found(project).settings == Settings()
    assert "there is no home folder for ~" in error(project, cache_dir="~/tdsl")


def no_entry(number: int) -> object:
    raise KeyError(number)


def test_all_mistakes_are_reported_at_once(project: Path) -> None:
    with pytest.raises(UserError) as raised:
        found(project, "float=8,nothing=1", opt=9)
    assert len(raised.value.diagnostics) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("float", True), ("float", "32.0"), ("float", [32]), ("opt", None), ("threads", -1), ("threads", 1.5),
        ("threads", "9" * 100), ("defines", "H"), ("defines", "2H=1"), ("defines", "H=one"), ("defines", {"H": None}),
        ("defines", 3), ("flags", 3), ("flags", "'"), ("march", "native -x"), ("march", ""), ("compiler", 3),
        ("cache_dir", "a\0b"), ("device", "gpu"), ("cache_limit", 0), ("mode", "Debug"),
        ("threads", 1025), ("memory_limit", 1 << 31), ("memory_limit", "9999T"), ("memory_limit", "1X"),
        ("memory_limit", "0.5"), ("memory_limit", -1), ("memory_limit", True), ("cache_limit", "0G"),
    ],
)  # fmt: skip
def test_bad_values_are_refused(project: Path, name: str, value: object) -> None:
    with pytest.raises(UserError, match="TD0404"):
        resolve(project, {}, {name: value}, "command line", {})


def test_integers_of_more_digits_than_python_writes_are_refused(project: Path) -> None:
    huge = 10**5000
    for name, value in (
        ("float", huge),
        ("threads", huge),
        ("flags", huge),
        ("memory_limit", huge),
        ("defines", {"H": huge}),
        ("defines", {huge: 1}),
    ):
        with pytest.raises(UserError, match=r"TD0404.* expected") as raised:
            resolve(project, {}, {name: value}, "command line", {})
        assert "an integer of 16610 bits" in str(raised.value)


@pytest.mark.parametrize(
    ("value", "mebibytes"), [(512, 512), ("512", 512), ("2G", 2048), ("1 TiB", 1 << 20), ("3mb", 3)]
)
def test_memory_has_units(project: Path, value: object, mebibytes: int) -> None:
    settings = found(project, memory_limit=value, cache_limit=value).settings
    assert settings.memory_limit == settings.cache_limit == mebibytes


def test_config_in_code(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    tdsl.config.float = 64
    try:
        assert tdsl.config.float == 64
        with tdsl.config.override(float=32, opt=0):
            assert (tdsl.config.float, tdsl.config.opt) == (32, 0)
            elsewhere: list[int] = []
            thread = threading.Thread(target=lambda: elsewhere.append(tdsl.config.float))
            thread.start()
            thread.join()
            assert elsewhere == [64]
        assert (tdsl.config.float, tdsl.config.opt) == (64, 3)
        assert "float=64" in repr(tdsl.config)
        with pytest.raises(UserError, match=r"did you mean 'float'"):
            tdsl.config.flota = 64
        with pytest.raises(AttributeError):
            _ = tdsl.config.flota
    finally:
        del tdsl.config.float
    assert tdsl.config.float == 32


def test_the_table_is_complete() -> None:
    assert list(TABLE) == list(vars(Settings()))
    assert all(setting.read(setting.default) == setting.default for setting in TABLE.values())
    assert hash(Settings()) == hash(Settings())
    assert "color" not in fingerprint(Settings(), "program", "objects")


def test_the_page_on_settings_has_them_all() -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, setting in TABLE.items():
        options = setting.flags or (f"--{name.replace('_', '-')}",)
        assert f"| `{name}` | {', '.join(f'`{option}`' for option in options)} |" in page, name
        default = " ".join(setting.default) if isinstance(setting.default, tuple) else setting.default
        assert not default or f"| `{default}` |" in page, name
