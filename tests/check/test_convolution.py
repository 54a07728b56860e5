"""Convolutions, pooling, windows and padding of std.nn against loops over every element, and the requirements of their
calls."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.driver import Stages
from tdsl.ir.node import topological
from tdsl.settings import Settings
from tdsl.source import Source

Array = Any
TARGETS = ("cpp", "numpy")


class Convolution:
    """The triples (element of x, element of W, element of y) whose product counts, one after the other."""

    def __init__(
        self, x: tuple[int, ...], W: tuple[int, ...], stride: Any, pad: Any, dilation: Any, groups: int
    ) -> None:
        axes = len(x) - 2
        stride, dilation = (each if isinstance(each, tuple) else (each,) * axes for each in (stride, dilation))
        pad = pad if isinstance(pad, tuple) else (pad,) * axes
        pad = [ends if isinstance(ends, tuple) else (ends, ends) for ends in pad]
        spans = [(size - 1) * step + 1 for size, step in zip(W[2:], dilation, strict=True)]
        wide = [size + sum(ends) for size, ends in zip(x[2:], pad, strict=True)]
        counts = [(size - span) // s + 1 for size, span, s in zip(wide, spans, stride, strict=True)]
        self.shapes = x, W, (x[0], W[0], *counts)
        self.triples = []
        for o, *place in np.ndindex(W[0], *counts):
            for c, *inner in np.ndindex(W[1:]):
                at = [
                    i * s + u * d - ends[0]
                    for i, u, s, d, ends in zip(place, inner, stride, dilation, pad, strict=True)
                ]
                if all(0 <= index < size for index, size in zip(at, x[2:], strict=True)):
                    channel = o // (W[0] // groups) * W[1] + c
                    self.triples.append(((channel, *at), (o, c, *inner), (o, *place)))

    def value(self, x: Array, W: Array) -> Array:
        out = np.moveaxis(np.zeros(self.shapes[2]), 0, -1)
        x = np.moveaxis(x, 0, -1)
        for a, b, c in self.triples:
            out[c] += x[a] * W[b]
        return np.moveaxis(out, -1, 0)

    def by_x(self, W: Array, g: Array) -> Array:
        out = np.moveaxis(np.zeros(self.shapes[0]), 0, -1)
        g = np.moveaxis(g, 0, -1)
        for a, b, c in self.triples:
            out[a] += g[c] * W[b]
        return np.moveaxis(out, -1, 0)

    def by_W(self, x: Array, g: Array) -> Array:
        out = np.zeros(self.shapes[1])
        x, g = np.moveaxis(x, 0, -1), np.moveaxis(g, 0, -1)
        for a, b, c in self.triples:
            out[b] += np.sum(x[a] * g[c])
        return out


def convolved(x: Array, W: Array, *given: Any) -> Array:
    return Convolution(x.shape, W.shape, *given).value(x, W)


# Sizes of x and W, and the arguments.
FORMS: list[tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = [
    ((2, 3, 7, 6), (4, 3, 3, 2), {"pad": 1}),
    ((2, 4, 9, 8), (6, 2, 3, 2), {"stride": (2, 3), "pad": ((1, 2), (0, 1)), "dilation": (1, 2), "groups": 2}),
    ((3, 4, 5, 5), (4, 1, 3, 3), {"groups": 4, "pad": 1}),
    ((2, 3, 4, 4), (2, 3, 1, 1), {"stride": 2}),
    ((2, 1, 5, 33), (1, 1, 5, 1), {}),
    ((0, 2, 4, 4), (3, 2, 2, 2), {}),
    ((2, 2, 11), (3, 2, 4), {"stride": 2, "pad": 3, "dilation": 2}),
    ((1, 2, 4, 5, 6), (3, 2, 2, 3, 2), {"stride": (1, 2, 2), "pad": (1, 0, 1)}),
]
TWICE = (1, 6)


def text_of(number: int) -> str:
    x, W, given = FORMS[number]
    call = f"conv{len(x) - 2}d(x, W{''.join(f', {name}={value}' for name, value in given.items())})"
    slopes = "second" if number in TWICE else "first"
    return f"""
fn y{number}(x: real{list(x)}, W: real{list(W)}) = {call}
entry value_{number}(x: real{list(x)}, W: real{list(W)}) -> y{number}(x, W)
entry slopes_{number}(x: real{list(x)}, W: real{list(W)}, w: real) -> {slopes}(y{number}, x, W, w)
"""


CALLS = """
use std.nn: avg_pool1d, avg_pool2d, conv1d, conv1d_transpose, conv2d, conv2d_transpose, conv3d, conv3d_transpose
use std.nn: max_pool1d, max_pool2d
dim B, C, Y, X, O, P, Q
fn first(f, x, W, w) = grad(sum(f(x, W) ** 3) * w, (x, W))
fn second(f, x, W, w) {
    let total = sum(f(x, W) ** 3) * w
    let a, b = grad(total, (x, W))
    let c, d = grad(sum(a * a) + sum(a) * sum(b * b), (x, W))
    (a, b, c, d)
}
entry sized(x: real[B, C, Y, X], W: real[O, C, P, Q]) -> conv2d(x, W, stride=2, pad=1)
entry largest(x: real[B, Y, X]) -> (max_pool2d(x, 2), max_pool2d(x, (3, 2), (2, 1)), max_pool1d(x, 3))
entry means(x: real[B, Y, X]) -> (avg_pool2d(x, 2), avg_pool2d(x, 3, 2, 1), avg_pool1d(x, 2, 1, ((0, 1),)))
entry of_largest(x: real[B, 6, 7], u: real[B, 3, 3], v: real[B, 2, 6]) ->
    (vjp(max_pool2d(x, 2), x, u), vjp(max_pool2d(x, (3, 2), (2, 1)), x, v))
entry of_means(x: real[B, 6, 7], u: real[B, 3, 4]) -> vjp(avg_pool2d(x, 3, 2, 1), x, u)
entry padded(x: real[B, Y]) -> (pad(x, 1), pad(x, (1, 0), (0, 2)), pad(x, 2, 1, inf), pad(x > 0, 1))
entry ended(x: real[B, Y], k: int[B]) -> (pad(x, ((1, 2), 1), value=-1.5), pad(k, 1, 2), pad(k, 1, 1, 7))
entry across(x: real[3, 4, 5], W: real[4, 2, 3]) -> conv1d_transpose(x, W, stride=2, pad=1, extra=1)
entry back(x: real[3, 2, 11], W: real[4, 2, 3], u: real[3, 4, 5]) -> vjp(conv1d(x, W, stride=2, pad=1)[:, :, :5], x, u)
entry images(x: real[2, 3, 4, 5], W: real[3, 2, 3, 3]) -> conv2d_transpose(x, W, stride=(2, 1), pad=(1, 0))
entry volumes(x: real[2, 3, 2, 3, 2], W: real[3, 2, 2, 2, 3]) -> conv3d_transpose(x, W, stride=2, extra=(1, 0, 0))
entry of_across(x: real[3, 4, 5], W: real[4, 2, 3], u: real[3, 2, 10]) ->
    vjp(conv1d_transpose(x, W, stride=2, pad=1, extra=1), (x, W), u)
entry infinite(x: real[1, 1, 3, 3], W: real[1, 1, 2, 2]) -> conv2d(x, W)
entry of_infinite(x: real[2, 1, 6, 5], W: real[1, 1, 3, 3], u: real[2, 1, 6, 5], v: real[2, 1, 3, 1]) ->
    (vjp(conv2d(x, W, pad=1), x, u), vjp(conv2d(x, W, stride=(2, 3), pad=(1, 0), dilation=(1, 2)), x, v))
entry across_infinite(x: real[2, 1, 3, 2], W: real[1, 1, 3, 3]) -> conv2d_transpose(x, W, stride=2, pad=1, extra=1)
entry deep(x: real[B, 32, Y, X], W: real[9, 32, 3, 3]) -> conv2d(x, W)
entry heads(x: real[B, 6], y: real[B, C]) -> (grouped(x, 3, -1), grouped(y, 2, 1))
"""


@pytest.fixture(scope="module", params=TARGETS)
def native(request: pytest.FixtureRequest) -> Any:
    text = CALLS + "".join(map(text_of, range(len(FORMS))))
    return tdsl.compile(text, name="convolutions", target=request.param, float=64)


@pytest.mark.parametrize("number", range(len(FORMS)))
def test_convolutions(native: Any, number: int) -> None:
    """The value and its derivatives, and of some those of an expression of its derivatives: a convolution is linear in
    each of its operands."""
    shape, kernel, given = FORMS[number]
    random = np.random.default_rng(number)
    x, W, w = random.normal(size=shape), random.normal(size=kernel), 0.7
    form = Convolution(shape, kernel, *{"stride": 1, "pad": 0, "dilation": 1, "groups": 1, **given}.values())
    y = form.value(x, W)
    np.testing.assert_allclose(getattr(native, f"value_{number}")(x, W), y, rtol=1e-10, atol=1e-12)
    a, b, *others = getattr(native, f"slopes_{number}")(x, W, w)
    g = 3 * y**2 * w
    close = {"rtol": 1e-10, "atol": 1e-9}
    np.testing.assert_allclose(a, form.by_x(W, g), **close)
    np.testing.assert_allclose(b, form.by_W(x, g), **close)
    if others:  # of sum(a * a) + sum(a) * sum(b * b), along its changes by a and b
        c, d = others
        along_a, along_b = 2 * a + np.sum(b * b), 2 * b * np.sum(a)
        slope = 6 * y * w * (form.value(along_a, W) + form.value(x, along_b))
        np.testing.assert_allclose(c, form.by_x(W, slope) + form.by_x(along_b, g), **close)
        np.testing.assert_allclose(d, form.by_W(x, slope) + form.by_W(along_a, g), **close)


def test_sizes_of_the_call(native: Any) -> None:
    random = np.random.default_rng(1)
    for shape, kernel in (((2, 3, 5, 6), (4, 3, 3, 2)), ((1, 1, 1, 1), (1, 1, 3, 3)), ((2, 2, 2, 15), (1, 2, 4, 17))):
        x, W = random.normal(size=shape), random.normal(size=kernel)
        np.testing.assert_allclose(native.sized(x, W), convolved(x, W, 2, 1, 1, 1), rtol=1e-10, atol=1e-12)
    with pytest.raises(ValueError, match=r"Y \+ 2 >= P"):
        native.sized(np.zeros((1, 1, 2, 9)), np.zeros((1, 1, 5, 2)))
    with pytest.raises(ValueError, match=r"P >= 1"):
        native.sized(np.zeros((1, 1, 2, 9)), np.zeros((1, 1, 0, 2)))
    with pytest.raises(ValueError, match=r"Y >= 3"):
        native.largest(np.zeros((1, 2, 9)))
    with pytest.raises(ValueError, match=r"C == 2 \* \(C // 2\)"):
        native.heads(np.zeros((1, 6)), np.zeros((1, 5)))
    shown = native.heads(np.arange(6.0)[np.newaxis], np.arange(4.0)[np.newaxis])
    assert [each.tolist() for each in shown] == [[[[0, 1], [2, 3], [4, 5]]], [[[0, 1], [2, 3]]]]


def pooled(x: Array, size: tuple[int, ...], stride: tuple[int, ...], how: Any) -> Array:
    lead, axes = x.shape[: x.ndim - len(size)], x.shape[x.ndim - len(size) :]
    counts = [(whole - k) // s + 1 for whole, k, s in zip(axes, size, stride, strict=True)]
    out = np.zeros((*lead, *counts))
    for place in np.ndindex(out.shape):
        parts = zip(place[len(lead) :], size, stride, strict=True)
        out[place] = how(x[(*place[: len(lead)], *(slice(i * s, i * s + k) for i, k, s in parts))])
    return out


def test_pooling(native: Any) -> None:
    random = np.random.default_rng(2)
    for shape in ((2, 6, 7), (0, 3, 3), (3, 17, 33)):
        x = random.normal(size=shape)
        wanted = [pooled(x, (2, 2), (2, 2), np.max), pooled(x, (3, 2), (2, 1), np.max), pooled(x, (3,), (3,), np.max)]
        for found, expected in zip(native.largest(x), wanted, strict=True):
            np.testing.assert_array_equal(found, expected)
        edged = np.pad(x, ((0, 0), (1, 1), (1, 1)), constant_values=np.nan)
        longer = np.pad(x, ((0, 0), (0, 0), (0, 1)), constant_values=np.nan)
        wanted = [
            pooled(x, (2, 2), (2, 2), np.mean),
            pooled(edged, (3, 3), (2, 2), np.nanmean),
            pooled(longer, (2,), (1,), np.nanmean),
        ]
        for found, expected in zip(native.means(x), wanted, strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    x = random.normal(size=(2, 6, 7))
    x[0, 2:4, 2:4] = x[1, 0, :2] = 5
    x[1, 5, 6] = np.nan
    u, v = random.normal(size=(2, 3, 3)), random.normal(size=(2, 2, 6))
    for found, g, size, stride in zip(
        native.of_largest(x, u, v), (u, v), ((2, 2), (3, 2)), ((2, 2), (2, 1)), strict=True
    ):
        expected = np.zeros_like(x)
        for b, i, j in np.ndindex(g.shape):
            part = (b, slice(i * stride[0], i * stride[0] + size[0]), slice(j * stride[1], j * stride[1] + size[1]))
            ties = x[part] == np.max(x[part])
            expected[part] += np.where(ties, g[b, i, j] / max(np.sum(ties), 1), 0)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    u = random.normal(size=(2, 3, 4))
    expected = np.zeros((2, 8, 9))
    inside = np.pad(np.ones((6, 7)), 1)
    for b, i, j in np.ndindex(u.shape):
        part = slice(2 * i, 2 * i + 3), slice(2 * j, 2 * j + 3)
        expected[(b, *part)] += u[b, i, j] / np.sum(inside[part])
    np.testing.assert_allclose(native.of_means(x, u), expected[:, 1:-1, 1:-1], rtol=1e-12)


def test_padding(native: Any) -> None:
    x, k = np.random.default_rng(3).normal(size=(2, 3)), np.array([3, -4])
    x[0, 0], x[1, 1] = -0.0, np.nan
    found = native.padded(x)
    wanted = [
        np.pad(x, ((0, 0), (1, 1))),
        np.pad(x, ((1, 0), (0, 2))),
        np.pad(x, ((0, 0), (2, 1)), constant_values=np.inf),
        np.pad(x > 0, ((0, 0), (1, 1))),
    ]
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)
        assert np.signbit(one).tolist() == np.signbit(other).tolist() or one.dtype == bool
    ended = native.ended(x, k)
    wanted = [np.pad(x, ((1, 2), (1, 1)), constant_values=-1.5), np.pad(k, (1, 2)), np.pad(k, 1, constant_values=7)]
    for one, other in zip(ended, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


def test_transposed_convolutions(native: Any) -> None:
    """Each is the adjoint of a convolution."""
    random = np.random.default_rng(4)
    x, W, u = random.normal(size=(3, 4, 5)), random.normal(size=(4, 2, 3)), random.normal(size=(3, 2, 10))
    forward = convolved(u, W, 2, 1, 1, 1)
    np.testing.assert_allclose(np.sum(native.across(x, W) * u), np.sum(forward * x), rtol=1e-10)
    wide = random.normal(size=(3, 2, 11))
    by_wide = native.back(wide, W, x)
    np.testing.assert_allclose(np.sum(by_wide * wide), np.sum(convolved(wide, W, 2, 1, 1, 1)[:, :, :5] * x), rtol=1e-10)
    by_x, by_W = native.of_across(x, W, u)
    np.testing.assert_allclose(by_x, forward, rtol=1e-10)
    other = random.normal(size=W.shape)
    np.testing.assert_allclose(np.sum(by_W * other), np.sum(convolved(u, other, 2, 1, 1, 1) * x), rtol=1e-10)
    x, W, u = random.normal(size=(2, 3, 4, 5)), random.normal(size=(3, 2, 3, 3)), random.normal(size=(2, 2, 7, 7))
    forward = convolved(u, W, (2, 1), (1, 0), 1, 1)
    np.testing.assert_allclose(np.sum(native.images(x, W) * u), np.sum(forward * x), rtol=1e-10)
    x, W, u = (random.normal(size=s) for s in ((2, 3, 2, 3, 2), (3, 2, 2, 2, 3), (2, 2, 5, 6, 5)))
    np.testing.assert_allclose(np.sum(native.volumes(x, W) * u), np.sum(convolved(u, W, 2, 0, 1, 1) * x), rtol=1e-10)


def test_windows_as_wide_as_vectors(native: Any) -> None:
    """A product reads rows of an image where they are, and copies those that its vectors divide."""
    random = np.random.default_rng(6)
    W = random.normal(size=(9, 32, 3, 3))
    for width in (17, 18, 19, 34, 35, 66, 67):
        x = random.normal(size=(2, 32, 8, width))
        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (2, 3))
        wanted = np.einsum("bcijuv,ocuv->boij", windows, W, optimize=True)
        np.testing.assert_allclose(native.deep(x, W), wanted, rtol=1e-10, atol=1e-11)


def test_special_values(native: Any) -> None:
    x, W = np.ones((1, 1, 3, 3)), np.array([[[[1.0, np.inf], [-1.0, 0.0]]]])
    x[0, 0, 0, 0], x[0, 0, 2, 2] = np.nan, np.inf
    found = native.infinite(x, W)[0, 0]
    assert np.isnan(found[0, 0]) and found[0, 1] == np.inf and found[1, 0] == np.inf and np.isnan(found[1, 1])


@pytest.mark.parametrize("bad", [np.inf, np.nan])
@pytest.mark.parametrize("at", [(0, 0), (1, 1), (2, 0)])
def test_infinite_kernels_meet_elements_only(native: Any, bad: float, at: tuple[int, int]) -> None:
    """In the derivative by an image, and in the transposed convolution, no product is with a zero beside an element."""
    random = np.random.default_rng(5)
    x, u, v = random.normal(size=(2, 1, 6, 5)), random.normal(size=(2, 1, 6, 5)), random.normal(size=(2, 1, 3, 2))
    W = random.normal(size=(1, 1, 3, 3))
    W[0, 0][at] = bad
    padded = Convolution(x.shape, W.shape, 1, 1, 1, 1).by_x(W, u)
    parted = Convolution(x.shape, W.shape, (2, 3), (1, 0), (1, 2), 1).by_x(W, v[:, :, :, :1])
    for found, wanted in zip(native.of_infinite(x, W, u, v[:, :, :, :1]), (padded, parted), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-10)
    wanted = Convolution((2, 1, 6, 4), W.shape, 2, 1, 1, 1).by_x(W, v)
    np.testing.assert_allclose(native.across_infinite(v, W), wanted, rtol=1e-10)


def test_windows_of_every_kind() -> None:
    text = "dim N\n" + "".join(
        f"entry f{k}_{s}_{d}(x: real[N]) -> (windows(x, {k}, {s}, {d}), grad(sum(windows(x, {k}, {s}, {d}) ** 3), x))\n"
        for k, s, d in product((1, 2, 3), (1, 2, 4), (1, 3))
    )
    m = tdsl.compile(text, name="kinds", float=64)
    for k, s, d in product((1, 2, 3), (1, 2, 4), (1, 3)):
        for size in (7, 8, 9, 17):
            x = np.random.default_rng(size).normal(size=size)
            first = np.arange(0, size - (k - 1) * d, s)
            shown, slope = getattr(m, f"f{k}_{s}_{d}")(x)
            at = first[:, np.newaxis] + d * np.arange(k)
            np.testing.assert_array_equal(shown, x[at])
            np.testing.assert_allclose(slope, 3 * x**2 * np.bincount(at.reshape(-1), minlength=size), rtol=1e-12)


def test_no_window_is_stored() -> None:
    """Neither for the value nor for the derivatives: the memory of a call has nothing of the size of the windows of all
    images.  An infinite kernel needs that of the products of one image."""
    text = """
use std.nn: conv2d
input x: real[16, 16, 32, 32]
input W: real[16, 16, 5, 5]
entry f(x, W) -> conv2d(x, W, pad=2)
entry slopes(x, W) -> grad(sum(conv2d(x, W, pad=2) ** 2), (x, W))
"""
    m = tdsl.compile(text, name="large")
    windows = 16 * 16 * 32 * 32 * 25 * 4
    for name in ("f", "slopes"):
        assert 0 < int(m.build_info()["entries"][name]["workspace"]) < windows / 3


@pytest.mark.parametrize(("size", "left_out"), [("6, 4", False), ("7, 4", True), ("Y, 4", True)])
def test_windows_that_cover_an_array_side_by_side_are_a_view(size: str, left_out: bool) -> None:
    """So is their derivative; where a rest may be left out, it stays zero."""
    text = f"""
use std.nn: max_pool2d
dim B, Y
input x: real[B, {size}]
entry slopes(x) -> grad(sum(max_pool2d(x, (3, 2)) ** 2), x)
"""
    program = Stages(Source("p.tdsl", text), Settings(), Path.read_text).optimised
    nodes = topological(result.node for result in program.entries[0].results)
    assert any(node.op.name == "overlap_add" for node in nodes) == left_out


def test_derivative_of_windows_side_by_side() -> None:
    m = tdsl.compile(
        "entry f(x: f64[3, 6, 4], v: f64[3, 2, 2, 3, 2]) -> (windows(x, (3, 2), (3, 2)), "
        "vjp(windows(x, (3, 2), (3, 2)), x, v))",
        name="tiles",
    )
    x, v = (np.random.default_rng(0).normal(size=shape) for shape in ((3, 6, 4), (3, 2, 2, 3, 2)))
    shown, slope = m.f(x, v)
    np.testing.assert_array_equal(shown, x.reshape(3, 2, 3, 2, 2).transpose(0, 1, 3, 2, 4))
    np.testing.assert_array_equal(slope, v.transpose(0, 1, 3, 2, 4).reshape(3, 6, 4))
