"""Matrix products on devices."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdsl.resources import RUNTIME
from tests.cuda.shapes import Shapes
from tests.cuda.shim.build import Kernels, compile_unit

Compiled = Callable[..., Kernels]
Array = np.ndarray[Any, Any]

TYPES = {"float": np.float32, "double": np.float64, "int32_t": np.int32, "int64_t": np.int64}
# Of each form, at the edges of its tiles and of its steps.
SIZES = [
    (0, 3, 4),
    (3, 0, 4),
    (3, 4, 0),
    (1, 1, 1),
    (1, 1, 700),
    (1, 50, 70),
    (50, 1, 70),
    (5, 7, 3),
    (16, 16, 64),
    (17, 15, 65),
    (33, 17, 129),
    (32, 64, 32),
    (65, 70, 40),
    (600, 10, 50),
    (10, 200, 130),
    (800, 700, 9),
    (1000, 1000, 17),
]
# The depth is summed in parts.
SPLIT = [(33, 1, 9000), (1, 40, 9000), (20, 20, 3000), (9, 9, 5000)]


def values(dtype: type, *shape: int) -> Array:
    made = np.random.default_rng(sum(shape)).integers(-99, 99, shape)
    return (made / 32).astype(dtype) if dtype in (np.float32, np.float64) else (made * 10**5).astype(dtype)


def assert_product(got: Array, a: Array, b: Array, change: Callable[[Array], Array] = lambda c: c) -> None:
    """Floats within the bounds of sums of this length, integers modulo their range."""
    wide = np.float64 if got.dtype.kind == "f" else got.dtype
    with np.errstate(over="ignore"):
        expected = change(a.astype(wide) @ b.astype(wide))
    if got.dtype.kind != "f":
        assert np.array_equal(got, expected.astype(got.dtype))
        return
    bound = np.abs(a).astype(np.float64) @ np.abs(b).astype(np.float64)
    bound = bound.sum(axis=0) + len(a) if got.ndim == 1 else bound + 1
    assert (np.abs(got - expected) <= 2 * (a.shape[-1] + len(a)) * np.finfo(got.dtype).eps * bound).all()


def stored(array: Array, transposed: bool) -> tuple[Array, int, int]:
    """The array in memory, by rows or by columns, and its strides."""
    rows, columns = array.shape
    return (np.ascontiguousarray(array.T), 1, rows) if transposed else (array, columns, 1)


def product_with_sums(
    unit: Kernels, shapes: Shapes, name: str, a: Array, b: Array, transposed: tuple[bool, bool] = (False, False)
) -> tuple[Array, Array]:
    (m, k), n = a.shape, b.shape[1]
    c, sums = np.full((m, n), 7, a.dtype), np.full(n, 7, a.dtype)
    given = *stored(a, transposed[0]), *stored(b, transposed[1])
    shape = shapes.of("gemm", 1, m, n, k, a.itemsize, True)
    shapes.launch(unit, f"sums_{name}", shape, m, n, k, *given, sums, c)
    return c, sums


@pytest.mark.parametrize("name", TYPES)
def test_products_and_sums_of_columns(kernels: Compiled, shapes: Shapes, name: str) -> None:
    unit = kernels("gemm.cu")
    for seed, (m, n, k) in enumerate(SIZES + SPLIT):
        unit.seed(seed)
        a, b = values(TYPES[name], m, k), values(TYPES[name], k, n)
        c, sums = product_with_sums(unit, shapes, name, a, b, (seed % 2 == 1, seed % 3 == 1))
        assert_product(c, a, b)
        assert_product(sums, a, b, lambda c: (c + 1).sum(axis=0))


def test_products_that_a_library_has_computed(kernels: Compiled, shapes: Shapes) -> None:
    unit = kernels("gemm.cu")
    nothing = np.zeros(0, np.float32)
    for m, n, k in [
        (16, 16, 64),
        (17, 15, 65),
        (65, 70, 40),
        (600, 10, 50),
        (800, 700, 9),
        (33, 1, 9000),
        (20, 20, 3000),
    ]:
        c, found, sums = values(np.float32, m, n), np.zeros((m, n), np.float32), np.zeros(n, np.float32)
        given = m, n, k, nothing, 0, 0, nothing, 0, 0, sums, found
        shapes.launch(unit, "sums_float", shapes.of("multiplied", 1, m, n, k, 4, True), *given, products=c)
        assert np.array_equal(found, c)
        np.testing.assert_allclose(sums, (c + 1).sum(axis=0), rtol=1e-4, atol=1e-3)
    c, found = values(np.float32, 6, 70, 40), np.zeros((6, 70, 40), np.float32)
    shape = shapes.of("multiplied", 6, 70, 40, 9000, 4, False)
    shapes.launch(unit, "batch", shape, 2, 3, 70, 40, 9000, nothing, nothing, found, products=c)
    assert np.array_equal(found, c)


def test_the_sizes_take_every_form_and_phase(shapes: Shapes) -> None:
    assert {shapes.of("gemm", 1, *sizes, 4, True)[2] for sizes in SIZES} == {1, 2}
    assert {shapes.of("gemm", 1, *sizes, 4, False)[2] for sizes in SPLIT} == {2}
    assert shapes.of("gemm", 1, 1000, 1000, 17, 4, False)[0] == 128
    assert shapes.of("gemm", 1, 1000, 1000, 17, 8, False)[0] == 256
    assert shapes.of("gemm", 1, 65, 70, 40, 4, False)[0] == 9
    assert shapes.of("gemm", 1, 600, 10, 50, 4, False)[0] == 38


@pytest.mark.parametrize("transposed", [(False, False), (False, True), (True, False), (True, True)])
def test_layouts(kernels: Compiled, shapes: Shapes, transposed: tuple[bool, bool]) -> None:
    unit = kernels("gemm.cu")
    for m, n, k in [(40, 1, 50), (1, 40, 50), (12, 30, 70), (40, 70, 50), (600, 200, 20), (1000, 1000, 17)]:
        a, b = values(np.float32, m, k), values(np.float32, k, n)
        c, sums = product_with_sums(unit, shapes, "float", a, b, transposed)
        assert_product(c, a, b)
        assert_product(sums, a, b, lambda c: (c + 1).sum(axis=0))


def test_strides_may_overlap_or_be_zero_and_rows_of_the_result_may_be_apart(kernels: Compiled, shapes: Shapes) -> None:
    unit, line = kernels("gemm.cu"), values(np.float32, 200)
    windows = np.lib.stride_tricks.sliding_window_view(line, 50)[:40]
    for row, column, a in ((1, 1, windows), (0, 1, np.tile(line[:50], (40, 1))), (-1, 1, windows[::-1])):
        b = values(np.float32, 50, 30)
        c = np.zeros((40, 32), np.float32)
        first = line[39:] if row < 0 else line
        unit.launch("product", 4, 40, 30, 50, first, row, column, b, 30, 1, c, 32)
        assert_product(c[:, :30], a, b)
        assert not c[:, 30:].any()


def test_epilogues_and_walked_operands(kernels: Compiled, shapes: Shapes) -> None:
    unit = kernels("gemm.cu")
    for m, n, k in [(0, 4, 3), (20, 1, 30), (1, 30, 40), (7, 30, 100), (70, 50, 40), (600, 300, 9), (20, 24, 2000)]:
        a, b, bias = values(np.float32, m, k), values(np.float32, k, n), values(np.float32, n)
        c, shape = np.zeros((m, n), np.float32), shapes.of("gemm", 1, m, n, k, 4, False)
        shapes.launch(unit, "epilogue", shape, m, n, k, a, b, bias, c)
        assert_product(c, a, b, lambda c, bias=bias: 2 * c + bias)  # type: ignore[misc]
        shapes.launch(unit, "affine_product", shape, m, n, k, np.ascontiguousarray(a.T), b, c)
        assert_product(c, a, b)
        shapes.launch(unit, "affine_epilogue", shape, m, n, k, a, np.ascontiguousarray(b.T), c)
        assert_product(c, a, b, np.negative)


@pytest.mark.parametrize("name", TYPES)
def test_patches_of_images(kernels: Compiled, shapes: Shapes, name: str) -> None:
    unit = kernels("gemm.cu")
    for images, side, window, n in [(2, 9, 3, 6), (3, 12, 5, 20), (40, 8, 3, 40), (2, 30, 25, 1), (1, 5, 5, 18)]:
        image, weight = values(TYPES[name], images, side, side), values(TYPES[name], n, window**2)
        patches = np.lib.stride_tricks.sliding_window_view(image, (window, window), (1, 2)).reshape(-1, window**2)
        m = len(patches)
        shape = shapes.of("gemm", 1, m, n, window**2, image.itemsize, True)
        c, sums = np.zeros((m, n), image.dtype), np.zeros(n, image.dtype)
        given = images, side, window, n, image, weight, sums, c
        shapes.launch(unit, f"patches_{name}", shape, *given)
        assert_product(c, patches, weight.T)
        assert_product(sums, patches, weight.T, lambda c: c.sum(axis=0))


def test_batches(kernels: Compiled, shapes: Shapes) -> None:
    unit = kernels("gemm.cu")
    for n0, n1, m, n, k in [
        (0, 2, 3, 4, 5),
        (2, 3, 40, 50, 30),
        (1, 2, 20, 20, 2000),
        (50, 50, 3, 4, 5),
        (9, 5, 70, 1, 9),
    ]:
        a, b = values(np.float32, n0, n1, m, k), values(np.float32, n1, k, n)
        c = np.zeros((n0, n1, m, n), np.float32)
        blocks, *shape = shapes.of("gemm", n0 * n1, m, n, k, 4, False)
        unit.seed(n0)
        for some in {1, 7, blocks}:
            c[...] = 0
            shapes.launch(unit, "batch", (some, *shape), n0, n1, m, n, k, a, b, c)
            for i in range(n0):
                for j in range(n1):
                    assert_product(c[i, j], a[i, j], b[j])


def test_bits_do_not_depend_on_the_schedule(kernels: Compiled, shapes: Shapes) -> None:
    unit = kernels("gemm.cu")
    for m, n, k in [(70, 80, 50), (100, 10, 300), (20, 20, 3000), (300, 1, 90), (1, 30, 9000)]:
        a, b = values(np.float32, m, k), values(np.float32, k, n)
        found = set()
        for seed in range(4):
            unit.seed(seed)
            c, sums = product_with_sums(unit, shapes, "float", a, b)
            found.add(c.tobytes() + sums.tobytes())
        assert len(found) == 1


# Barriers by the text before them, and a product that needs each.
BARRIERS = {
    "left.store(memory), right.store(memory + 2 * Memory::left);": (70, 80, 9),
    "left.prepare(), right.prepare();\n        }": (70, 80, 200),
    "if constexpr (Form::groups > 1) {": (30, 40, 50),
    "memory[length + thread_index()] = sum;": (30, 1, 50),
}


def without_barrier(before: str, folder: Path) -> None:
    """Writes the header without the barrier after a text into a folder for includes."""
    header = Path("tdsl", "cuda", "gemm_tile.hpp")
    text = (RUNTIME / "include" / header).read_text()
    place = text.index(before) + len(before)
    assert text[place:].lstrip().startswith("barrier();")
    patched = folder / header
    patched.parent.mkdir(parents=True)
    patched.write_text(text[:place] + text[place:].replace("barrier();", "", 1))


@pytest.mark.parametrize("before", BARRIERS)
def test_a_missing_barrier_is_noticed(shapes: Shapes, before: str, tmp_path: Path) -> None:
    without_barrier(before, tmp_path)
    unit_text = '#include "tdsl/cuda/device.hpp"\nTDSL_KERNEL product(const tdsl_launch call, int64_t m, int64_t n, '
    unit_text += "int64_t k, const float *a, const float *b, float *c) {\n    if (tdsl::is_skipped(call)) return;\n"
    unit_text += "    tdsl::gemm(call, m, n, k, {a, 1, m}, {b, n, 1}, c, n);\n}\n"
    (tmp_path / "unit.cu").write_text(unit_text)
    compile_unit(tmp_path / "unit.cu", tmp_path / "unit.so", (f"-I{tmp_path}",))
    unit, (m, n, k) = Kernels(tmp_path / "unit.so"), BARRIERS[before]
    a, b = values(np.float32, k, m), values(np.float32, k, n)
    c = np.zeros((m, n), np.float32)
    unit.seed(1)
    shapes.launch(unit, "product", shapes.of("gemm", 1, m, n, k, 4, False), m, n, k, a, b, c)
    assert not np.allclose(c, a.T.astype(np.float64) @ b, rtol=1e-3, atol=1e-3)


PRODUCT = """
int main() {{
    const int64_t m = {m}, n = {n}, k = {k}, one = 1;
    static double a[m * k], b[k * n], c[m * n], sums[n];
    alignas(256) static char memory[{scratch} + 1];
    for (int64_t i = 0; i < m * k; ++i) a[i] = static_cast<double>(i % 7);
    for (int64_t i = 0; i < k * n; ++i) b[i] = static_cast<double>(i % 5);
    double *p0 = a, *p1 = b, *p2 = sums, *p3 = c;
    tdsl_fault fault = {{}};
    for (int32_t phase = 0; phase < {phases}; ++phase) {{
        tdsl_launch call = {{nullptr, &fault, memory, phase, {phases}, 0, {{}}}};
        void *parameters[] = {{&call, (void *)&m, (void *)&n, (void *)&k, &p0, (void *)&k, (void *)&one,
                              &p1, (void *)&n, (void *)&one, &p2, &p3}};
        if (tdsl_shim_launch("sums_double", {blocks}, {threads}, parameters)) return 1;
    }}
    for (int64_t j = 0; j < n; ++j) {{
        double total = 0;
        for (int64_t i = 0; i < m; ++i) {{
            double expected = 0;
            for (int64_t d = 0; d < k; ++d) expected += a[i * k + d] * b[d * n + j];
            if (c[i * n + j] != expected) return 2;
            total += expected + 1;
        }}
        if (sums[j] != total) return 3;
    }}
    return 0;
}}
"""


@pytest.mark.parametrize("race", [False, True])
def test_the_thread_sanitizer_watches_a_product(shapes: Shapes, tmp_path: Path, race: bool) -> None:
    """Of a divided depth, with an epilogue and the sums of columns."""
    if race:
        without_barrier(next(iter(BARRIERS)), tmp_path)
    m, n, k = 40, 20, 1024
    blocks, threads, phases, scratch = shapes.of("gemm", 1, m, n, k, 8, True)
    assert blocks > 1 and phases > 1
    main = PRODUCT.format(m=m, n=n, k=k, blocks=blocks, threads=threads, phases=phases, scratch=scratch)
    flags = ["-DTDSL_SHIM_THREADS", "-DFEW", "-fsanitize=thread", f"-I{tmp_path}"]
    compile_unit(Path(__file__).with_name("gemm.cu"), tmp_path / "program", flags, main)
    run = subprocess.run([tmp_path / "program"], capture_output=True, text=True)
    # A race that the sanitizer happens to miss makes wrong results.
    assert (run.returncode != 0) == race, run.stderr
