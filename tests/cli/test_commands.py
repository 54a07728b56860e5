"""Each command: its output on both streams, and its exit code."""

from __future__ import annotations

import io
import json
import os
import pwd
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

import tdsl
from tdsl import resources
from tdsl.settings.table import TABLE

pytestmark = pytest.mark.usefixtures("compiler")


def program(text: str, name: str = "model.tdsl") -> Path:
    path = Path(name)
    path.write_text(text)
    return path


def test_the_first_compilation_announces_its_length(tdsl_runs, tmp_path: Path, monkeypatch) -> None:
    program("value 3")
    told = "tdsl: building parts of the runtime for this machine (kept for later), which takes some seconds\n"
    for number, options in enumerate(((), ("-q",), ("--output-format", "json"), ("--opt", "1"))):
        monkeypatch.setenv("TDSL_CACHE_DIR", str(tmp_path / f"cache{number // 3}"))
        if number < 3:
            shutil.rmtree(tmp_path / "cache0", ignore_errors=True)
        code, out, err = tdsl_runs("compile", *options, "model.tdsl")
        assert code == 0
        assert err.count(told) == (number in (0, 3))
        assert out in ("", "[]\n")


def test_a_program_without_stderr_gets_no_messages_on_stdout(tmp_path: Path, monkeypatch, capfd) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    tdsl.compile("value 3", name="quiet", cache_dir=str(tmp_path / "cache"))
    assert capfd.readouterr() == ("", "")


def test_a_terminal_sees_how_far_the_first_compilation_is(tdsl_runs, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TDSL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    program("value 3")
    code, _, err = tdsl_runs("compile", "model.tdsl")
    assert code == 0
    assert re.search(r"building parts of the runtime for this machine \(kept for later\): \d of \d", err)


def test_compile_is_silent_but_for_one_line(tdsl_runs, tmp_path: Path) -> None:
    program("value 2")
    tdsl_runs("compile", "model.tdsl")
    program("value 3")
    code, out, err = tdsl_runs("compile", "model.tdsl")
    assert (code, out) == (0, "")
    assert err.startswith("tdsl: model.") and err.count("\n") == 1
    assert Path(f"model{EXTENSION_SUFFIXES[0]}").is_file() and Path("model.pyi").is_file()
    assert tdsl_runs("compile", "model.tdsl")[2].endswith("(unchanged)\n")
    assert tdsl_runs("compile", "-q", "model.tdsl")[2] == ""
    assert "look up" in tdsl_runs("compile", "-v", "model.tdsl")[2]
    assert tdsl_runs("compile", "--target", "numpy", "model.tdsl", "-o", "made")[0] == 0
    assert sorted(os.listdir("made")) == ["model.py", "model.pyi"]
    assert tdsl_runs("compile", "-D", "H=4", "--define", "K=5", "--target", "numpy", "model.tdsl", "-o", "made")[0] == 0
    assert "value = 12" in Path("made/model.py").read_text()


def test_findings_exit_with_one_and_write_nothing(tdsl_runs) -> None:
    program("value 3\n  error error")
    program("value 4", "good.tdsl")
    code, out, err = tdsl_runs("compile", "model.tdsl", "good.tdsl")
    assert (code, out) == (1, "")
    assert "model.tdsl:2:3: error[TD0101]" in err and "= hint: take it out" in err
    assert err.endswith("tdsl: 2 errors, 1 of 2 files not compiled\n")
    assert not list(Path().glob("model.*.so"))
    assert list(Path().glob("good*.so"))


def test_check_tells_everything_on_stdout(tdsl_runs) -> None:
    program("error\nvalue 1 error")
    program("value 1 warn", "warned.tdsl")
    code, out, err = tdsl_runs("check", "model.tdsl", "warned.tdsl", "--output-format", "concise")
    assert code == 1
    assert out.splitlines() == [
        "model.tdsl:1:1: error[TD0101]: there is an error here",
        "model.tdsl:2:9: error[TD0101]: there is an error here",
        "warned.tdsl:1:9: warning[TD0101]: there is an warn here",
    ]
    assert err == "tdsl: 2 errors, 1 warning in 2 files\n"
    assert tdsl_runs("check", "warned.tdsl")[0] == 0
    assert sorted(os.listdir()) == ["model.tdsl", "warned.tdsl"]


def test_findings_as_json_and_for_github(tdsl_runs) -> None:
    program("value 3\n  error")
    code, out, _ = tdsl_runs("compile", "model.tdsl", "--output-format", "json")
    (found,) = json.loads(out)
    assert code == 1
    assert (found["code"], found["file"], found["line"], found["column"]) == ("TD0101", "model.tdsl", 2, 3)
    _, out, _ = tdsl_runs("check", "model.tdsl", "--output-format", "github")
    assert out == (
        "::error file=model.tdsl,line=2,endLine=2,col=3,endColumn=8,title=TD0101::"
        "there is an error here%0Ahint: take it out\n"
    )
    program("value 3")
    assert tdsl_runs("check", "model.tdsl", "--output-format", "json")[1] == "[]\n"
    assert json.loads(tdsl_runs("check", "none.tdsl", "--output-format", "json")[1])[0]["file"] is None


def test_the_compiler_failing_exits_with_three(tdsl_runs) -> None:
    program("value 3 broken")
    code, _, err = tdsl_runs("compile", "model.tdsl")
    assert code == 3 and "TD0402" in err
    code, _, err = tdsl_runs("compile", "model.tdsl", "--compiler", "no-such-compiler")
    assert code == 3 and "TD0401" in err and "--target numpy" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["compile"], ["compile", "none.tdsl"], ["compile", "."], ["compile", "model.tdsl", "--float", "65"],
        ["compile", "model.tdsl", "--nothing"], ["nothing"], ["show", "model.tdsl", "--stage", "nothing"],
        ["explain", "TD9999"], ["sample", "run", "nothing"], ["model.tdsl"], ["compile", "model.tdsl", "-D", "H"],
    ],
)  # fmt: skip
def test_usage_exits_with_two(tdsl_runs, arguments: list[str]) -> None:
    program("value 3")
    code, out, err = tdsl_runs(*arguments)
    assert (code, out) == (2, "")
    assert err and "Traceback" not in err


def test_a_name_nearly_right_is_suggested(tdsl_runs) -> None:
    program("value 3")
    assert "did you mean model.tdsl?" in tdsl_runs("compile", "modle.tdsl")[2]
    assert "Did you mean 'compile'?" in tdsl_runs("comple", "model.tdsl")[2]
    assert "tdsl compile model.tdsl" in tdsl_runs("model.tdsl")[2]
    Path("link.tdsl").symlink_to("gone.tdsl")
    assert "= hint: it is a link to gone.tdsl, which is missing\n" in tdsl_runs("compile", "link.tdsl")[2]


def test_a_bug_is_not_the_users(tdsl_runs) -> None:
    program("bug")
    code, out, err = tdsl_runs("compile", "model.tdsl")
    assert (code, out) == (70, "")
    assert "this is a bug in tdsl, not in your program: the stand-in broke" in err
    assert "Traceback" not in err
    assert "Traceback" in tdsl_runs("compile", "-v", "model.tdsl")[2]


def test_colour_only_where_asked_for(tdsl_runs, monkeypatch: pytest.MonkeyPatch) -> None:
    program("value 3 error")
    assert "\033[" not in tdsl_runs("check", "model.tdsl")[1]
    coloured = tdsl_runs("check", "model.tdsl", "--color", "always")[1]
    assert "\033[31merror[TD0101]\033[39m" in coloured and "\033[36mhint:" in coloured
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\033[" in tdsl_runs("check", "model.tdsl")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033[" not in tdsl_runs("check", "model.tdsl")[1]


def test_other_peoples_files_stay(tdsl_runs) -> None:
    program("value 3")
    Path("model.py").write_text("mine")
    code, _, err = tdsl_runs("compile", "model.tdsl")
    assert code == 2 and "TD0408" in err
    assert sorted(os.listdir()) == ["model.py", "model.tdsl"]


def test_show_and_grad(tdsl_runs) -> None:
    program("value 3")
    assert tdsl_runs("show", "model.tdsl")[1] == "inputs of model.tdsl\n"
    assert tdsl_runs("show", "model.tdsl", "--stage", "after:fuse")[1] == "after:fuse of model.tdsl\n"
    assert tdsl_runs("grad", "model.tdsl", "C", "--wrt", "W, b", "--wrt", "c")[1] == "# d C / d W,b,c\n"


def test_config_tells_origins(tdsl_runs, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".tdslrc").write_text("opt = 1\n")
    monkeypatch.setenv("TDSL_FLAGS", "nan=refuse")
    found = json.loads(tdsl_runs("config", "--json", "--color", "never")[1])
    told = {name: (one["value"], one["origin"]) for name, one in found.items() if one["origin"] != "default"}
    here = str(Path.cwd() / ".tdslrc")
    assert told.pop("cache_dir")[1] == "TDSL_CACHE_DIR"
    assert told == {
        "color": ("never", "command line"),
        "nan": ("refuse", "TDSL_FLAGS"),
        "opt": (1, f"{here}:1"),
    }
    code, out, _ = tdsl_runs("config")
    assert code == 0 and f"{here}:1" in out


def test_cache(tdsl_runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TDSL_CACHE_DIR", "cache")
    program("value 3")
    tdsl_runs("compile", "model.tdsl", "--target", "numpy")
    assert tdsl_runs("cache", "dir")[1].strip() == str(Path.cwd() / "cache")
    assert "modules" in tdsl_runs("cache", "info")[1]
    assert "freed" in tdsl_runs("cache", "clear")[2]
    assert not os.listdir("cache/modules")


def test_only_a_cache_is_cleared(tdsl_runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TDSL_CACHE_DIR")
    Path("mine/logs").mkdir(parents=True)
    Path("mine/logs/notes.log").write_text("mine")
    code, out, err = tdsl_runs("cache", "clear", "--cache-dir", "mine")
    assert (code, out) == (2, "") and "TD0410" in err and "it holds files that are not tdsl's" in err
    assert Path("mine/logs/notes.log").read_text() == "mine"
    assert tdsl_runs("cache", "clear", "--cache-dir", "none")[0] == 0 and not Path("none").exists()


def test_doctor(tdsl_runs) -> None:
    code, out, err = tdsl_runs("doctor")
    assert (code, err) == (0, "tdsl: all well\n")
    assert "C++ compiler" in out and "vector level" in out
    code, out, err = tdsl_runs("doctor", "--json", "--compiler", "no-such-compiler")
    assert code == 1
    (missing,) = [one for one in json.loads(out) if one["status"] == "missing"]
    assert missing["what"] == "C++ compiler" and "pip install ziglang" in missing["fix"]


def test_samples(tdsl_runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "room"
    (room / "counting" / "__pycache__").mkdir(parents=True)
    (room / "counting" / "counts.tdsl").write_text("## Counts to\n## three. Not to four.\nvalue 3")
    (room / "counting" / "data.py").write_text("ONE = 1\n")
    script = "import sys, counts, data\nopen('written', 'w').write(f'{counts.value + data.ONE} {sys.argv[1:]}')\n"
    (room / "counting" / "run.py").write_text(script)
    (room / "bare.tdsl").write_text("value 1")
    monkeypatch.setattr(resources, "SAMPLES", room)
    assert tdsl_runs("sample", "list")[1].splitlines() == ["bare", "counting  Counts to three."]
    assert tdsl_runs("sample", "run", "counting", "--steps", "5")[0] == 0
    assert Path("written").read_text() == "4 ['--steps', '5']"
    assert not (room / "counting" / "counts.pyi").exists()
    assert tdsl_runs("sample", "copy", "counting")[0] == 0
    assert sorted(os.listdir("counting")) == ["counts.tdsl", "data.py", "run.py"]
    assert tdsl_runs("sample", "copy", "counting")[0] == 2
    Path("counting/counts.tdsl").write_text("value 10")
    assert tdsl_runs("sample", "run", "counting")[0] == 0
    assert Path("written").read_text() == "11 []"
    assert tdsl_runs("sample", "run", "bare")[0] == 2
    for name in "countin", "co", "conting":
        assert "did you mean 'counting'?" in tdsl_runs("sample", "run", name)[2]


def test_interrupt_and_broken_pipe(tdsl_runs, monkeypatch: pytest.MonkeyPatch) -> None:
    program("value 3")
    for error, expected in ((KeyboardInterrupt, 130), (BrokenPipeError, 141)):

        def stopped(*_: object, error: type[BaseException] = error, **__: object) -> str:
            raise error

        monkeypatch.setattr(sys.modules["tdsl.driver"], "show", stopped)
        saved = os.dup(1)
        assert tdsl_runs("show", "model.tdsl")[0] == expected
        os.dup2(saved, 1)
        os.close(saved)


def test_a_reader_that_went_away(spawn) -> None:
    done = spawn("config", "--json")
    done.stdout.close()
    assert done.stderr.read() == ""
    assert done.wait(30) == 141


@pytest.fixture
def unprivileged(tdsl_runs, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to work in as somebody who is not root, even if root runs the tests."""
    root = Path(tempfile.mkdtemp())
    monkeypatch.chdir(root)
    program("value 3")
    tdsl_runs("compile", "--target", "numpy", "model.tdsl")  # imports files that another user cannot read
    user = os.geteuid()
    if user == 0:
        for path in (root, root / "model.py", root / "model.pyi"):
            os.chown(path, 65533, 65533)
        os.seteuid(65533)
    monkeypatch.delenv("TDSL_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    yield root
    if user == 0:
        os.seteuid(0)
    shutil.rmtree(root)


@pytest.mark.parametrize("home", ["locked", "none", "nowhere"])
def test_a_home_that_is_of_no_use(tdsl_runs, unprivileged: Path, monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    """This happens after sudo -u, in containers with the home of root, for users without an entry."""
    (unprivileged / "locked").mkdir(mode=0)
    monkeypatch.setenv("HOME", str(unprivileged / "locked") if home == "locked" else "/proc/nowhere")
    if home == "none":
        monkeypatch.delenv("HOME")
        monkeypatch.setattr(pwd, "getpwuid", lambda number: {}[number])
    code, out, err = tdsl_runs("compile", "--target", "numpy", "model.tdsl")
    assert (code, out) == (0, ""), err
    assert "warning[TD0410]" in err and "nothing is remembered" in err
    assert (unprivileged / "model.py").is_file() and not (unprivileged / "~").exists()
    assert tdsl_runs("config")[0] == tdsl_runs("check", "model.tdsl")[0] == 0
    assert tdsl_runs("cache", "clear")[0] == (0 if home == "nowhere" else 2)
    (unprivileged / "locked").chmod(0o700)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [["config"], ["show", "model.tdsl"], ["check", "model.tdsl"], ["--help"]])
def test_a_full_output(spawn, arguments: list[str]) -> None:
    program("value 3 error")
    with open("/dev/full", "w") as full:
        done = spawn(*arguments, stdout=full)
        assert done.communicate(timeout=30)[1] == (
            "tdsl: error: the output cannot be written: No space left on device\n"
        )
    assert done.returncode == 2


def test_a_closed_output(spawn, tmp_path: Path) -> None:
    program("value 3")
    done = spawn("config", close="1")
    assert done.communicate(timeout=30)[1] == "" and done.returncode == 0
    done = spawn("compile", "model.tdsl", "--target", "numpy", close="1", TDSL_CACHE_DIR=str(tmp_path / "cache"))
    assert "tdsl: model.py in " in done.communicate(timeout=30)[1] and done.returncode == 0


WHATEVER_IS_CLOSED = [
    *(["compile", "model.tdsl"], ["check", "model.tdsl"], ["show", "model.tdsl"], ["grad", "model.tdsl"]),
    *(["explain", "TD0101"], ["sample", "list"], ["doctor"], ["config"], ["--help"], ["--version"], ["cache", "dir"]),
]


@pytest.mark.parametrize("close", ["0", "1", "2", "012"])
def test_closed_streams(spawn, tmp_path: Path, close: str) -> None:
    """A command does its work, and nothing is written into files that it opens meanwhile."""
    program("value 3")
    program("error", "wrong.tdsl")
    environment = {"TDSL_CACHE_DIR": str(tmp_path / "cache")}
    running = [spawn(*arguments, close=close, **environment) for arguments in WHATEVER_IS_CLOSED]
    for arguments, done in zip(WHATEVER_IS_CLOSED, running, strict=True):
        out, err = done.communicate(timeout=120)
        assert done.returncode == 0, (arguments, out, err)
    assert spawn("compile", "wrong.tdsl", close=close, **environment).wait(120) == 1
    assert spawn("check", "-", close=close, **environment).wait(120) == (2 if "0" in close else 0)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii"])
def test_an_output_that_knows_fewer_characters(spawn, tmp_path: Path, encoding: str) -> None:
    program("value 3 # ← π\nerror ← π")
    (tmp_path / "ordner ←.tdsl").write_text("error")
    for arguments in (["show", "ordner ←.tdsl"], ["check", "model.tdsl", "ordner ←.tdsl"], ["config"]):
        done = spawn(*arguments, PYTHONIOENCODING=encoding, PYTHONUTF8="0", LC_ALL="C.UTF-8")
        out, err = done.communicate(timeout=120)
        assert "bug in tdsl" not in err and done.returncode in (0, 1), err
        assert "Error" not in err
        assert "?" in out or arguments == ["config"] or encoding == "ascii"


def test_control_characters_are_shown(tdsl_runs) -> None:
    hostile = "\033]0;owned\007\x9b31m\u202e"
    program(f"value 3 {hostile} error")
    for form in ("full", "concise", "github"):
        out = tdsl_runs("check", "model.tdsl", "--output-format", form)[1]
        assert out and not set(hostile) & {"\033", "\007", "\x9b", "\u202e"} & set(out)
    assert "␛]0;owned␇�31m� error" in tdsl_runs("check", "model.tdsl")[1]
    caret = tdsl_runs("check", "model.tdsl")[1].splitlines()[3]
    assert caret.index("^") - caret.index("|") - 2 == len(f"value 3 {hostile} ")
    program("error", "odd\033[31m.tdsl")
    _, out, err = tdsl_runs("check", "odd\033[31m.tdsl")
    assert "\033" not in out + err and "odd␛[31m.tdsl:1:1" in out


def test_verbose_and_quiet_before_the_command(tdsl_runs) -> None:
    program("value 3")
    assert "look up" in tdsl_runs("-v", "compile", "model.tdsl")[2]
    assert tdsl_runs("-q", "compile", "model.tdsl")[2] == ""
    program("bug")
    assert "Traceback" in tdsl_runs("-v", "compile", "model.tdsl")[2]


HEEDED = {
    "compile": {*TABLE} - {"color", "pedantic"},
    "check": {"float", "target", "defines", "outside", "unstable", "data_parallel", "pedantic"},
    "show": {name for name in TABLE if TABLE[name].affects == "program"},
    "info": {"float", "target", "defines", "outside", "unstable", "data_parallel"},
    "grad": {"float", "defines", "outside", "unstable"},
    "doctor": {"mode", "compiler", "flags", "march", "cuda_compiler", "cache_dir"},
    "config": {*TABLE} - {"color"},
    "rewrites": {"float", "target", "defines", "outside", "unstable", "data_parallel"},
    "graph": {"float", "target", "defines", "outside", "unstable", "data_parallel"},
    "explain": set(),
    "fmt": set(),
    "cache dir": {"cache_dir"},
    "cache info": {"cache_dir", "cache_limit"},
    "cache clear": {"cache_dir"},
    "sample list": set(),
    "sample run": {*TABLE} - {"color", "pedantic"},
    "run": {*TABLE} - {"color", "pedantic"},
}


@pytest.mark.parametrize("command", HEEDED)
def test_a_command_offers_the_options_that_it_heeds(tdsl_runs, command: str) -> None:
    page = tdsl_runs(*command.split(), "--help")[1]
    offered = {name for name in TABLE if (TABLE[name].flags or (f"--{name.replace('_', '-')}",))[-1] in page.split()}
    assert offered - {"color"} == HEEDED[command]


def test_a_program_from_standard_input(tdsl_runs, monkeypatch: pytest.MonkeyPatch) -> None:
    def given(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    given("value 3\n error")
    assert "stdin.tdsl:2:2: error[TD0101]" in tdsl_runs("check", "-")[1]
    given("value 3")
    assert tdsl_runs("show", "-")[1] == "inputs of stdin.tdsl\n"
    given("value 3")
    assert tdsl_runs("compile", "-", "--name", "piped", "--target", "numpy")[0] == 0
    assert "value = 3" in Path("piped.py").read_text()
    program("value 3")
    for arguments in (["-"], ["model.tdsl", "-"], ["model.tdsl", "--name", "other"], ["-", "--name", "a/b"]):
        given("value 3")
        code, out, err = tdsl_runs("compile", *arguments)
        assert (code, out) == (2, "") and "name" in err, arguments
    monkeypatch.setattr(sys, "stdin", None)
    assert "TD0407" in tdsl_runs("check", "-")[1]


@pytest.mark.parametrize("command", ["check", "compile", "show", "grad"])
def test_paths_that_are_no_files_of_bounded_size(tdsl_runs, command: str) -> None:
    os.mkfifo("pipe.tdsl")
    Path("zero.tdsl").symlink_to("/dev/zero")
    Path("folder.tdsl").mkdir()
    with open("large.tdsl", "w") as file:
        file.truncate(10 << 30)
    for name, reason in (
        ("pipe", "it is a pipe, not a regular file"), ("zero", "it is a device, not a regular file"),
        ("folder", "Is a directory"), ("large", "it is larger than 64 MiB"),
    ):  # fmt: skip
        code, out, err = tdsl_runs(command, f"{name}.tdsl")
        assert code == 2 and "TD0407" in out + err and reason in out + err


@pytest.mark.parametrize("name", ["__main__", "__init__", "a" * 201])
def test_names_that_no_module_can_have(tdsl_runs, name: str) -> None:
    program("value 3", f"{name}.tdsl")
    code, _, err = tdsl_runs("compile", f"{name}.tdsl")
    assert code == 2 and "TD0405" in err


def test_the_longest_name(tdsl_runs) -> None:
    name = "a" * 200
    program("value 3", f"{name}.tdsl")
    for target in ("cpp", "numpy"):
        assert tdsl_runs("compile", "--target", target, f"{name}.tdsl")[0] == 0


def test_version(tdsl_runs) -> None:
    assert tdsl_runs("--version") == (0, f"tdsl {tdsl.__version__}\n", "")


@pytest.mark.parametrize(
    ("begun", "offered"),
    [
        ("comp", ["compile"]), ("explain TD020", [f"TD020{digit}" for digit in range(1, 10)]),
        ("show --stage cp", ["cpp"]), ("compile --target n", ["numpy"]), ("sample copy mi", ["miku"]),
    ],
)  # fmt: skip
def test_completion(spawn, begun: str, offered: list[str]) -> None:
    place = str(begun.count(" ") + 1)
    done = spawn(_TDSL_COMPLETE="bash_complete", COMP_WORDS=f"tdsl {begun}", COMP_CWORD=place)
    assert done.communicate(timeout=600)[0].split() == [f"plain,{one}" for one in offered]
