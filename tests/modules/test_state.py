"""Models are independent; their values are copied, pickled, saved and loaded, and a damaged file never harms."""

from __future__ import annotations

import copy
import errno
import gzip
import inspect
import io
import json
import os
import pickle
import stat
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.programs import T, X, compiled, state
from tests.modules.scripts import folder_of


def test_models_are_independent(affine: Any) -> None:
    one, same, other = affine.Model(seed=1), affine.Model(seed=1), affine.Model(seed=2)
    assert state(one) == state(same) != state(other)
    before = state(same)
    one.train(X, T)
    assert state(same) == before != state(one)
    one.reset(seed=1)
    assert state(one) == before
    assert state(affine.Model()) == state(affine.Model(0))
    with pytest.raises(TypeError):
        affine.Model(1.5)


@pytest.mark.parametrize("name", ["affine", "deep"])
def test_both_targets_begin_with_the_same_bits(name: str) -> None:
    for seed in (0, 1, -1, 2**62):
        native, numpy = compiled(name, "cpp").Model(seed), compiled(name, "numpy").Model(seed)
        assert state(native) == state(numpy)


def test_targets_agree() -> None:
    models = [compiled("affine", target).Model(4) for target in ("cpp", "numpy")]
    for _ in range(20):
        costs = [model.train(X / 9, T) for model in models]
        assert costs[0] == pytest.approx(costs[1], rel=1e-4)
    for name in models[0]:
        np.testing.assert_allclose(models[0][name], models[1][name], rtol=1e-3, atol=1e-5)


def test_values(affine: Any) -> None:
    model = affine.Model()
    assert list(model) == model.keys() == ["W", "b", "k", "W.momentum.v", "b.momentum.v"]
    assert len(model) == 5 and "W" in model and "V" not in model
    snapshot = model.W
    kept = snapshot.copy()
    with pytest.raises(ValueError, match="read-only"):
        snapshot[0] = 1
    model.train(X, T)
    assert np.array_equal(snapshot, kept) and not np.array_equal(model.W, kept)
    mine = model.get_value("W")
    mine[:] = 5
    assert not np.array_equal(model.W, mine)
    model.W = mine
    mine[:] = 6
    assert (model["W"] == 5).all()
    model["b"] = np.asfortranarray([1, 2, 3])
    assert model.b.tolist() == [1, 2, 3] and model.items()[1][0] == "b"
    assert type(model.k) is int and model.k == 1
    model.k = 7
    assert model.k == 7 and model.get_value("k").dtype == np.int64


def test_copies(affine: Any) -> None:
    model = affine.Model(seed=9)
    model.train(X, T)
    twins = [model.copy(), copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
    twins += [pickle.loads(pickle.dumps(model, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    nested = copy.deepcopy({"a": [model]})["a"][0]
    before = state(model)
    for twin in [*twins, nested]:
        assert type(twin) is affine.Model and twin is not model and state(twin) == before
        twin.train(X, T)
        assert state(model) == before != state(twin)
    expected = state(twins[0])
    assert all(state(twin) == expected for twin in twins)


def test_a_pickle_of_another_program_is_refused(affine: Any) -> None:
    function, arguments, (seal, values, own) = affine.Model().__reduce__()
    model = function(*arguments)
    before = state(model)
    with pytest.raises(ValueError, match="'b' is missing"):
        model.__setstate__((seal, {name: value for name, value in values.items() if name != "b"}, own))
    assert state(model) == before


def test_save_and_load(affine: Any, tmp_path: Path) -> None:
    model, other = affine.Model(seed=5), affine.Model()
    model.train(X, T)
    model.save(tmp_path / "model.npz")
    assert os.listdir(tmp_path) == ["model.npz"]
    report = other.load(str(tmp_path / "model.npz"))
    assert report == (model.keys(), [], [], {}, {}, True)
    assert str(report) == "5 of 5 values are loaded\n  kept: W, b, k and 2 states of theirs"
    assert state(other) == state(model)
    with np.load(tmp_path / "model.npz", allow_pickle=False) as archive:
        assert np.array_equal(archive["W.momentum.v"], model["W.momentum.v"])


def test_a_file_says_what_it_was_made_with(affine: Any, tmp_path: Path) -> None:
    affine.Model().save(tmp_path / "model.npz")
    with zipfile.ZipFile(tmp_path / "model.npz") as archive:
        schema = json.loads(archive.read("__schema__.json"))
    info = affine.build_info()
    assert schema["source_hash"] == info["source_hash"] and schema["threads"] == info["threads"]
    versions = {"python": sys.version.split()[0], "numpy": np.__version__, "tdsl": tdsl.__version__}
    assert schema["versions"] == versions
    assert schema["build"] == {name: value for name, value in info.items() if name not in ("tdsl", "entries")}


def test_targets_read_each_other(tmp_path: Path) -> None:
    native, numpy = compiled("affine", "cpp").Model(3), compiled("affine", "numpy").Model(4)
    native.save(tmp_path / "model.npz")
    assert numpy.load(tmp_path / "model.npz").same_source is True and state(numpy) == state(native)


def test_files_of_other_models(affine: Any, deep: Any, tmp_path: Path) -> None:
    model = affine.Model()
    before = state(model)
    deep.Model().save(tmp_path / "deep.npz")
    with pytest.raises(ValueError) as several:
        model.load(tmp_path / "deep.npz")
    assert str(several.value) == (
        f"affine.Model.load: {tmp_path / 'deep.npz'}:\n"
        "  'W', 'b', 'k', 'W.momentum.v', 'b.momentum.v' are missing\n"
        "  'W1', 'b1', 'W2', 'w3' are unknown"
    )
    with pytest.raises(ValueError, match=r"\n  'v0', .*, 'v11' and 988 more are unknown$"):
        model.load_state_dict({f"v{number}": 0 for number in range(1000)})
    assert model.load(tmp_path / "deep.npz", strict=False).loaded == []
    np.savez(tmp_path / "some.npz", W=np.ones((2, 4), "f"), b=np.ones(3), k=np.int64(3))  # type: ignore[arg-type]
    with pytest.raises(ValueError) as caught:
        model.load(tmp_path / "some.npz")
    for words in (
        "'W' is f32[2, 4], expected f32[2, 3]",
        "'b' is f64[3], expected f32[3]",
        "'W.momentum.v', 'b.momentum.v' are missing",
    ):
        assert words in str(caught.value)
    assert state(model) == before
    report = model.load(tmp_path / "some.npz", strict=False)
    assert report.loaded == ["k"] and model.k == 3 and report.same_source is None
    with pytest.raises(FileNotFoundError):
        model.load(tmp_path / "none.npz")
    np.savez(tmp_path / "object.npz", W=np.array([print]), allow_pickle=True)
    with pytest.raises(ValueError):
        model.load(tmp_path / "object.npz")
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(ValueError, match="not a readable checkpoint"):
        model.load(tmp_path / "text.npz")


@pytest.mark.parametrize("count", [500, pytest.param(5000, marks=pytest.mark.slow)])
def test_damaged_files(affine: Any, tmp_path: Path, target: str, count: int) -> None:
    """Each is refused, or read as the values that it contains."""
    model = affine.Model(seed=1)
    path = tmp_path / "model.npz"
    model.save(path)
    content, kept = path.read_bytes(), model.state_dict()
    before = state(model)
    random = np.random.default_rng(target == "cpp")
    refused = 0
    for _ in range(count):
        damaged = bytearray(content)
        for position in random.integers(0, len(content), random.integers(1, 5)):
            damaged[position] = random.integers(0, 256)
        way = random.random()
        if way < 0.2:
            damaged = damaged[: random.integers(0, len(content))]
        elif way < 0.3:
            start, stop = sorted(random.integers(0, len(content), 2))
            del damaged[start:stop]
        path.write_bytes(damaged)
        try:
            model.load(path)
        except ValueError:
            refused += 1
            assert state(model) == before
        else:
            assert [(value.dtype, value.shape) for value in model.state_dict().values()] == [
                (value.dtype, value.shape) for value in kept.values()
            ]
            model.load_state_dict(kept)
    assert refused > count // 3


def test_a_bomb_is_not_unpacked(affine: Any, tmp_path: Path) -> None:
    """A header that promises much, and a member that unpacks to more than its declaration."""
    model = affine.Model()
    model.save(tmp_path / "model.npz")
    with zipfile.ZipFile(tmp_path / "model.npz") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    bomb = tmp_path / "bomb.npz"
    header = members["W.npy"].replace(b"(2, 3)", b"(99999999999,3)")
    for name, content in (
        ("W.npy", header),
        ("W.npy", members["W.npy"] + bytes(1 << 26)),
        ("__schema__.json", bytes(1 << 26)),
    ):
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, value in {**members, name: content}.items():
                archive.writestr(member, value)
        with pytest.raises(ValueError):
            model.load(bomb)


@pytest.mark.parametrize("step", range(1, 12))
def test_a_crash_while_saving_leaves_the_old_file(
    affine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """The Nth call of the system fails: the file is the old one or the new one, and nothing else is left."""
    model = affine.Model(seed=1)
    path = tmp_path / "model.npz"
    model.save(path)
    old = path.read_bytes()
    model.train(X, T)
    model.save(tmp_path / "new.npz")
    new = (tmp_path / "new.npz").read_bytes()
    count = 0

    def failing(real: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            if count == step:
                raise OSError("no space left on device")
            return real(*arguments, **named)

        return call

    for owner, name in ((os, "fsync"), (os, "replace"), (zipfile.ZipFile, "open"), (np.lib.format, "write_array")):
        monkeypatch.setattr(owner, name, failing(getattr(owner, name)))
    try:
        model.save(path)
        failed = False
    except OSError:
        failed = True
    monkeypatch.undo()
    assert path.read_bytes() in (old, new)
    assert failed or path.read_bytes() == new
    assert sorted(os.listdir(tmp_path)) == ["model.npz", "new.npz"]
    other = affine.Model()
    other.load(path)


def test_unwritable_paths_are_named(affine: Any, tmp_path: Path) -> None:
    for path, error in ((tmp_path / "no" / "model.npz", FileNotFoundError), (tmp_path, IsADirectoryError)):
        with pytest.raises(error) as raised:
            affine.Model().save(path)
        assert raised.value.filename == str(path) and ".tmp" not in str(raised.value)


def test_file_objects(affine: Any, tmp_path: Path) -> None:
    model, other = affine.Model(seed=5), affine.Model()
    memory = io.BytesIO()
    model.save(memory)
    memory.seek(0)
    assert other.load(memory).same_source is True and state(other) == state(model)
    with open(tmp_path / "model.npz", "w+b") as file:
        model.save(file)
        affine.Model().load(file)
    other.reset()
    other.load(tmp_path / "model.npz")
    assert state(other) == state(model)
    with pytest.raises(TypeError, match=r"affine.Model.save: the file is open for text, expected one for bytes"):
        model.save(io.StringIO())
    with pytest.raises(ValueError, match=r"affine.Model.load: BytesIO: not a readable checkpoint"):
        other.load(io.BytesIO(b"none"))


class Stream:
    """Takes a few bytes at a time, and can do nothing else."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, content: bytes) -> int:
        self.content += content[:7]
        return len(content[:7])


def test_streams_that_only_go_forward(affine: Any, tmp_path: Path) -> None:
    model, path = affine.Model(seed=5), tmp_path / "model.npz"

    def check(file: Any) -> None:
        other = affine.Model()
        other.load(file)
        assert state(other) == state(model)

    with gzip.open(tmp_path / "model.gz", "wb") as packed:
        model.save(packed)
    with gzip.open(tmp_path / "model.gz") as packed:
        check(packed)
    model.save(stream := Stream())
    check(io.BytesIO(stream.content))
    affine.Model().save(path)
    for _ in range(2):
        model.train(X, T)
        with open(path, "ab") as file:
            model.save(file)
        check(path)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive, archive.open("model.npz", "w") as member:
        model.save(member)
    with zipfile.ZipFile(tmp_path / "all.zip") as archive, archive.open("model.npz") as member:
        check(member)
    (memory := io.BytesIO(b"head")).seek(4)
    model.save(memory)
    check(io.BytesIO(memory.getvalue()))
    with np.load(io.BytesIO(stream.content)) as arrays:
        assert arrays["W"].shape == (2, 3)


def test_states_of_a_rule_that_was_not_used_take_no_room(target: str, tmp_path: Path) -> None:
    text = "use std.optim: adam, sgd\ndim B\ninput x: real[B, 300]\nshared W: real[300, 300] = normal(0, 1)\n"
    text += "cost C = mean((x @ W) ** 2)\nentry train(x) -> C { minimize C with sgd(0.01) }\n"
    text += "entry later(x) -> C { minimize C with adam(0.01) }\n"
    module = tdsl.compile(text, name="two_rules", target=target)
    model, other, path = module.Model(), module.Model(seed=2), tmp_path / "model.npz"
    for train, most in ((model.train, 450_000), (model.later, 1_200_000)):
        train(np.ones((3, 300)))
        model.save(path)
        assert 360_000 < path.stat().st_size < most
        other.load(path)
        assert state(other) == state(model)
        with np.load(path) as archive:
            assert all(np.array_equal(archive[name], model[name]) for name in model)


def test_arrays_loaded_by_numpy_are_a_state_dict(affine: Any, tmp_path: Path) -> None:
    model, other = affine.Model(seed=5), affine.Model()
    model.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as archive:
        assert other.load_state_dict(archive).unexpected == []
    assert state(other) == state(model)


@pytest.mark.skipif(os.name != "posix", reason="needs links and modes")
def test_saving_keeps_the_kind_of_the_path(affine: Any, tmp_path: Path) -> None:
    """A link goes on to lead to the file, which is replaced and keeps its mode."""
    model, other = affine.Model(seed=5), affine.Model()
    target, link, far = tmp_path / "folder" / "target.npz", tmp_path / "link.npz", tmp_path / "far.npz"
    target.parent.mkdir()
    link.symlink_to("folder/target.npz")
    far.symlink_to(link)
    model.save(link)
    assert link.is_symlink() and os.listdir(target.parent) == ["target.npz"]
    for mode in (0o600, 0o640, 0o660):
        target.chmod(mode)
        model.train(X, T)
        model.save(far)
        assert far.is_symlink() and link.is_symlink() and stat.S_IMODE(target.stat().st_mode) == mode
        other.load(link)
        assert state(other) == state(model)
    assert sorted(os.listdir(tmp_path)) == ["far.npz", "folder", "link.npz"]
    link.unlink()
    link.symlink_to(link)
    with pytest.raises(OSError, match="symbolic links"):
        model.save(link)


@pytest.mark.skipif(os.name != "posix", reason="needs devices and pipes")
def test_only_regular_files_are_saved_to_and_loaded(affine: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "null").symlink_to("/dev/null")
    for path in (tmp_path / "pipe", tmp_path / "null", Path("/dev/zero")):
        before = path.stat()
        for use in (affine.Model().save, affine.Model().load):
            with pytest.raises(OSError, match="Not a regular file") as raised:
                use(path)
            assert raised.value.filename == str(path)
        assert path.stat().st_mode == before.st_mode and path.stat().st_rdev == before.st_rdev


@pytest.mark.parametrize("length", [200, 236, 255])
def test_long_names(affine: Any, tmp_path: Path, length: int) -> None:
    path = tmp_path / ("n" * length)
    model, other = affine.Model(seed=5), affine.Model()
    model.save(path)
    other.load(path)
    assert state(other) == state(model) and os.listdir(tmp_path) == [path.name]


KILLED = """
import os, signal, sys
sys.path.insert(0, {folder!r})
import affine, numpy as np
def killed(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
np.lib.format.write_array = killed
affine.Model().save({path!r})
"""


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_the_next_save_removes_files_of_killed_ones(affine: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    model = affine.Model()
    model.save(path)
    script = KILLED.format(folder=folder_of(affine), path=str(path))
    for _ in range(2):
        subprocess.run([sys.executable, "-c", script], check=False)
    model.save(tmp_path / "other.npz")
    assert len(os.listdir(tmp_path)) in (3, 4)  # the second may have removed files that the first left
    replaced_file = used(used(affine.Model.save, "save_checkpoint"), "replaced_file")
    with replaced_file(str(path)) as unfinished:
        unfinished.write(b"by a process that goes on")
        model.save(path)
        kept = [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]
        assert len(kept) == 1
    assert path.read_bytes() == b"by a process that goes on"
    assert sorted(os.listdir(tmp_path)) == ["model.npz", "other.npz"]


def used(function: Any, name: str) -> Any:
    """The value of a name in a function of a module; the target decides whether it is a global."""
    names = inspect.getclosurevars(function)
    return {**names.globals, **names.nonlocals}[name]


def test_a_long_header_is_not_read(affine: Any, tmp_path: Path) -> None:
    model = affine.Model()
    path = tmp_path / "model.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("W.npy", b"\x93NUMPY\x02\x00" + (1 << 28).to_bytes(4, "little") + bytes(1 << 28))
    tracemalloc.start()
    with pytest.raises(ValueError, match="the header of an array is too long"):
        model.load(path)
    assert tracemalloc.get_traced_memory()[1] < 1 << 24
    tracemalloc.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of files")
def test_a_full_disk_names_the_file(affine: Any, tmp_path: Path) -> None:
    import resource

    model, path = affine.Model(), tmp_path / "full.npz"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OSError) as raised:
            model.save(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(raised.value) == f"[Errno {errno.EFBIG}] {os.strerror(errno.EFBIG)}: '{path}'"
    assert not list(tmp_path.iterdir())


def test_subclasses_keep_their_own_attributes(affine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Named(affine.Model):  # type: ignore[misc]
        def __init__(self, names: list[str]) -> None:
            super().__init__(seed=3)
            self.names = names

    Named.__qualname__ = "Named"
    monkeypatch.setitem(globals(), "Named", Named)
    model = Named(["a"])
    for twin in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model)), model.copy()):
        assert type(twin) is Named and twin.names == ["a"] and state(twin) == state(model)
    assert copy.copy(model).names is model.names and copy.deepcopy(model).names is not model.names
