"""The figure of the Miku sample, its data file, the pictures written of it, and photographs as data."""

from __future__ import annotations

import gzip
import importlib
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tdsl.resources import SAMPLES

FOLDER = SAMPLES / "miku"
MODULES = ("shapes", "picture", "draw", "data", "photograph")


@pytest.fixture(scope="module")
def miku() -> dict[str, ModuleType]:
    """The modules of the sample's folder, imported as its scripts import each other, then forgotten."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        for name in MODULES:
            patch.delitem(sys.modules, name, raising=False)
        modules = {name: importlib.import_module(name) for name in MODULES}
        for name in MODULES:
            del sys.modules[name]
    return modules


@pytest.fixture(scope="module")
def figure(miku: dict[str, ModuleType]) -> np.ndarray:
    along = miku["draw"].axis()
    ink: np.ndarray = miku["draw"].inside(along[None, :], along[:, None])
    return ink


def decoded(path: Path) -> np.ndarray:
    """The pixels of a PNG whose rows are unfiltered, with the check sums checked."""
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, offset = [], 8
    while offset < len(content):
        (length,) = struct.unpack_from(">I", content, offset)
        kind, body = content[offset + 4 : offset + 8], content[offset + 8 : offset + 8 + length]
        (check,) = struct.unpack_from(">I", content, offset + 8 + length)
        assert check == zlib.crc32(kind + body)
        chunks.append((kind, body))
        offset += 12 + length
    assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, colour_type, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (depth, rest) == (8, [0, 0, 0])
    channels = {0: 1, 2: 3}[colour_type]
    rows = np.frombuffer(zlib.decompress(chunks[1][1]), dtype=np.uint8).reshape(height, 1 + width * channels)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape((height, width, 3) if channels == 3 else (height, width))


def test_figure_fills_a_fair_share_of_the_plane(figure: np.ndarray) -> None:
    assert figure.shape == (501, 501)
    assert 0.3 < figure.mean() < 0.45
    assert not figure[[0, -1]].any()
    assert not figure[:, [0, -1]].any()


def test_figure_is_symmetric_except_for_its_object(figure: np.ndarray) -> None:
    assert (figure == figure[:, ::-1]).mean() > 0.93


@pytest.mark.parametrize(
    ("x", "y", "black"),
    [
        (0.0, 1.4, True),  # hair
        (1.9, -0.8, True),  # a tail
        (-1.9, -0.8, True),
        (0.38, 0.5, True),  # an eye
        (-0.43, 0.59, False),  # its glint
        (0.0, 0.4, False),  # the face
        (0.0, -0.3, True),  # the tie
        (0.2, -0.3, False),  # the shirt
        (0.25, -1.7, True),  # a boot
        (0.0, 2.3, False),  # nothing
    ],
)
def test_figure_has_its_parts(miku: dict[str, ModuleType], x: float, y: float, black: bool) -> None:
    assert bool(miku["draw"].inside(np.array(x), np.array(y))) is black


def test_figure_does_not_depend_on_the_grid(miku: dict[str, ModuleType], figure: np.ndarray) -> None:
    positions = miku["data"].grid().astype(np.float64)[::997]
    again = miku["draw"].inside(np.round(positions[:, 0], 2), np.round(positions[:, 1], 2))
    assert (again == figure.ravel()[::997]).mean() > 0.99  # a point on an edge may fall to either side


@pytest.mark.parametrize("name", ["miku.txt", "miku.txt.gz"])
def test_data_file_comes_back(miku: dict[str, ModuleType], figure: np.ndarray, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    miku["data"].write(path)
    x, y = miku["data"].read(path)
    assert (x.dtype, y.dtype) == (np.float32, np.float32)
    assert np.array_equal(x, miku["data"].grid())
    assert np.array_equal(y.reshape(501, 501) == 1, figure)


def test_data_file_is_one_point_a_line(miku: dict[str, ModuleType], tmp_path: Path) -> None:
    miku["data"].write(tmp_path / "small.txt", points=3)
    lines = (tmp_path / "small.txt").read_text().splitlines()
    assert len(lines) == 9
    assert lines[:3] == ["-2.50 -2.50 0", "0.00 -2.50 0", "2.50 -2.50 0"]


def test_compressed_data_file_is_the_same_every_time(miku: dict[str, ModuleType], tmp_path: Path) -> None:
    first, second = tmp_path / "first.gz", tmp_path / "second.gz"
    for path in (first, second):
        miku["data"].write(path, points=11)
    assert first.read_bytes() == second.read_bytes()


def test_a_grid_of_more_decimals_is_refused(miku: dict[str, ModuleType], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a grid of 257 points"):
        miku["data"].write(tmp_path / "points.txt", points=257)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 0 1\n0.5 zero 1\n", r":2: expected three numbers `x y colour`, got '0.5 zero 1'"),
        ("0 0 1\n\n0 1\n", r":3: expected three numbers"),
        ("0 0 1 1\n0 0 1 1\n", r":1: expected three numbers"),
        ("0 0 1\nnan 0 1\n", r":2: expected three numbers"),
        ("0 0 1\n0 0 2\n", r":2: a colour is between 0 and 1, got 2"),
        ("0 0 1\n0 0 -1\n", r":2: a colour is between 0 and 1, got -1"),
        ("0 0 1\n\xff\xfe\n", r":2: expected three numbers"),
        ("# x y colour\n", r":1: expected three numbers"),
        ("", "holds no points"),
        (" \n\n", "holds no points"),
    ],
)
def test_malformed_data_is_refused(miku: dict[str, ModuleType], tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "points.txt"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=message):
        miku["data"].read(path)


def test_truncated_archive_is_refused(miku: dict[str, ModuleType], tmp_path: Path) -> None:
    path = tmp_path / "points.txt.gz"
    path.write_bytes(gzip.compress(b"0 0 1\n" * 100)[:-6])
    with pytest.raises(ValueError, match="not a whole gzip file"):
        miku["data"].read(path)


def test_split_deals_every_point_once(miku: dict[str, ModuleType]) -> None:
    y = np.arange(1000, dtype=np.float32)
    x = np.column_stack([y, -y])
    (x_train, y_train), (x_kept, y_kept) = miku["data"].split(x, y, validation=0.1, seed=3)
    assert (len(y_train), len(y_kept)) == (900, 100)
    assert np.array_equal(np.sort(np.concatenate([y_train, y_kept])), y)
    assert np.array_equal(x_train[:, 1], -y_train)
    assert np.array_equal(x_kept[:, 0], y_kept)
    assert np.array_equal(miku["data"].split(x, y, 0.1, 3)[1][1], y_kept)
    assert not np.array_equal(miku["data"].split(x, y, 0.1, 4)[1][1], y_kept)


def test_split_refuses_sizes_that_do_not_fit(miku: dict[str, ModuleType]) -> None:
    x, y = np.zeros((4, 2), dtype=np.float32), np.zeros(4, dtype=np.float32)
    with pytest.raises(ValueError, match="4 positions but 3 colours"):
        miku["data"].split(x, y[:3])
    with pytest.raises(ValueError, match="share for validation"):
        miku["data"].split(x, y, validation=1.0)


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (5, 3, 3)])
def test_png_holds_the_pixels(miku: dict[str, ModuleType], tmp_path: Path, shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    miku["picture"].write_png(tmp_path / "noise.png", pixels)
    assert np.array_equal(decoded(tmp_path / "noise.png"), pixels)


@pytest.mark.parametrize("pixels", [np.zeros((2, 2)), np.zeros((2, 2, 4), np.uint8), np.zeros((0, 2), np.uint8)])
def test_png_refuses_other_arrays(miku: dict[str, ModuleType], tmp_path: Path, pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a PNG takes uint8"):
        miku["picture"].write_png(tmp_path / "none.png", pixels)


def test_reference_and_output_stand_upright_side_by_side(miku: dict[str, ModuleType], tmp_path: Path) -> None:
    reference = np.array([[0.0, 0.0], [1.0, 0.0]])  # black at the upper left
    output = np.array([[0.5, np.nan], [2.0, -1.0]])
    path = tmp_path / "pair.png"
    sheet = miku["picture"].side_by_side(reference, output, path, margin=1)
    assert np.array_equal(decoded(path), sheet)
    frame = 192
    assert sheet.tolist() == [
        [frame] * 7,
        [frame, 0, 255, frame, 0, 255, frame],
        [frame, 255, 255, frame, 128, 0, frame],
        [frame] * 7,
    ]
    light = miku["picture"].side_by_side(reference, output, path, margin=0, ink=False)
    assert light.tolist() == [[255, 0, 255, 0], [0, 0, 128, 0]]


def test_pictures_of_different_height_are_refused(miku: dict[str, ModuleType], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2 and 3 rows"):
        miku["picture"].side_by_side(np.zeros((2, 2)), np.zeros((3, 2)), tmp_path / "none.png")


@pytest.mark.parametrize("size", [2, 3, 7, 10])
def test_reducing_a_picture_keeps_its_mean(miku: dict[str, ModuleType], size: int) -> None:
    grey = np.random.default_rng(1).random((14, 10))
    middle = grey[2:12]
    small = miku["photograph"].reduced(grey, size)
    assert small.shape == (size, size)
    assert small.mean() == pytest.approx(middle.mean())
    if size == 10:
        assert np.allclose(small, middle)


def test_photograph_without_scikit_image_names_the_package(
    miku: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "skimage.data", None)
    monkeypatch.setitem(sys.modules, "skimage", None)
    with pytest.raises(ModuleNotFoundError, match="pip install scikit-image"):
        miku["photograph"].load()


def test_photograph_is_data_of_the_same_form(miku: dict[str, ModuleType]) -> None:
    pytest.importorskip("skimage")
    x, y = miku["photograph"].load("camera", 64)
    assert np.array_equal(x, miku["data"].grid(64))
    assert y.shape == (4096,)
    assert 0 <= y.min() < 0.1 < 0.9 < y.max() <= 1
    picture = y.reshape(64, 64)
    assert picture[-8:].mean() > picture[:8].mean()  # the sky is brighter than the grass
    with pytest.raises(ValueError, match="no photograph 'nobody'"):
        miku["photograph"].load("nobody")


@pytest.mark.parametrize(("script", "written"), [("draw.py", "reference.png"), ("data.py", "miku.txt.gz")])
def test_scripts_run_from_anywhere(tmp_path: Path, script: str, written: str) -> None:
    subprocess.run([sys.executable, FOLDER / script], cwd=tmp_path, check=True)
    assert (tmp_path / written).stat().st_size > 1000
