"""Pictures of arrays, as another reader of PNG sees them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tdsl.training.picture import png_of


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


def test_arrays() -> None:
    random = np.random.default_rng(0)
    for exact in (random.integers(0, 256, (5, 7), np.uint8), random.integers(0, 256, (5, 7, 3), np.uint8)):
        content, size, told = png_of(exact, "x")
        assert np.array_equal(pixels(content), exact) and size == (7, 5) and told == ""
        assert png_of(content, "again") == (content, size, "")
    assert np.array_equal(pixels(png_of([[True, False]], "x")[0]), [[255, 0]])
    assert np.array_equal(pixels(png_of([[0, 0.2, 1, np.nan]], "x")[0]), [[0, 51, 255, 0]])
    content, _, told = png_of(np.array([[-2.0, 0], [2, np.inf]]), "x")
    assert np.array_equal(pixels(content), [[0, 128], [255, 255]]) and told == "-2 … 2"
    assert np.array_equal(pixels(png_of(np.full((2, 2), np.nan), "x")[0]), np.zeros((2, 2)))
    assert np.array_equal(pixels(png_of(np.full((2, 2), 7), "x")[0]), np.zeros((2, 2)))


def test_mistakes() -> None:
    expected = "expected (height, width) or (height, width, 3)"
    for wrong, kind, text in (
        (np.zeros(3), ValueError, f"picture 'x' has shape (3,), {expected}"),
        (
            np.zeros((2, 2, 4)),
            ValueError,
            "picture 'x' has shape (2, 2, 4), expected (height, width) or (height, width, 3)",
        ),
        (np.zeros((0, 2)), ValueError, f"picture 'x' has shape (0, 2), {expected}"),
        ([["a"]], TypeError, "picture 'x' holds <U1, expected numbers"),
        (b"GIF89a", ValueError, "picture 'x' is bytes, but no PNG"),
    ):
        with pytest.raises(kind) as caught:
            png_of(wrong, "x")
        assert str(caught.value) == text
