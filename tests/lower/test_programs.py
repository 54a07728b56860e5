"""Guarantees of whole programs: faults, laziness, threads, workspace, depth, and text that depends on nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pytest

from tdsl.ir.attributes import Named
from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, apply, broadcast
from tdsl.ir.program import Program
from tdsl.loops.language import Branch, Contraction, Map, Reduce, walk
from tdsl.loops.text import print_loops
from tdsl.lower import lower
from tdsl.schedule import schedule
from tdsl.source import Source, Span
from tdsl.types import BOOL, F32, F64, I64, Dim
from tests.random_programs.compare import type_check
from tests.random_programs.selection import native
from tests.stages import stages

from .cases import Case, M, N, argument, program, size
from .native import Native

FAR = Dim.of(4)


def gathers() -> Case:
    a, i = argument("a", F32, N), argument("i", I64, M)
    return Case("gathers", (apply("gather", a, i, axis=0),), (a, i))


def scatters() -> Case:
    g, i = argument("g", F32, M), argument("i", I64, M)
    return Case("scatters", (apply("scatter", g, i, axis=0, size=FAR),), (g, i))


def divides() -> Case:
    a, b = argument("a", I64, N), argument("b", I64, N)
    return Case("divides", (apply("floordiv", a, b), apply("mod", a, b)), (a, b))


def lazy() -> Case:
    c, a, i = argument("c", BOOL), argument("a", F32, N), argument("i", I64, N)
    return Case("lazy", (apply("if", c, apply("gather", a, i, axis=0), a),), (c, a, i))


def large() -> Case:
    a, v = argument("a", F32, N, M), argument("v", F32, M)
    raised = apply("exp", a) * broadcast(v, a.type, (1,))
    sums = tuple(apply("sum", raised, axes=axes) for axes in ((0,), (1,), (0, 1)))
    others: tuple[Node, ...] = (
        apply("max", a, axes=(0,)),
        apply("argmax", a, axis=1, dtype=I64),
        apply("sum", raised * a, axes=(0, 1)),
    )
    running = tuple(apply("cumsum", a, axis=axis, reverse=back) for axis in (0, 1) for back in (False, True))
    factors = apply("cos", a)
    more = apply("cumprod", factors, axis=0), apply("recurrence", factors, a, axis=1, reverse=False)
    return Case("large", (raised, *sums, *others, a @ v, *running, *more), (a, v))


CASES = [gathers(), scatters(), divides(), lazy(), large()]


@pytest.fixture(scope="module")
def unit() -> Native:
    return Native(program(CASES), "-O3")


def sites_of(unit: Native) -> list[str]:
    return [site.kind for site in unit.module.sites]


@pytest.mark.parametrize(
    ("name", "values", "fault"),
    [
        ("gathers", {"a": [1, 2, 3], "i": [0, -3, 2]}, (0, 0, 0)),
        ("gathers", {"a": [1, 2, 3], "i": [0, 3, 7]}, (1, 3, 3)),
        ("gathers", {"a": [1, 2, 3], "i": [5, -4, 9]}, (1, -4, 3)),
        ("gathers", {"a": [], "i": [0, 0, 0]}, (1, 0, 0)),
        ("scatters", {"g": [1, 2, 3], "i": [0, -1, 4]}, (2, 4, 4)),
        ("divides", {"a": [7, -8, -(2**63)], "b": [2, 3, -1]}, (0, 0, 0)),
        ("divides", {"a": [7, -8, 1], "b": [2, 0, 0]}, (3, -8, 0)),
        ("lazy", {"c": False, "a": [1, 2, 3], "i": [9, 9, 9]}, (0, 0, 0)),
        ("lazy", {"c": True, "a": [1, 2, 3], "i": [9, 8, 9]}, (5, 8, 3)),
    ],
)
def test_faults(unit: Native, name: str, values: dict[str, object], fault: tuple[int, int, int]) -> None:
    assert sites_of(unit) == ["index", "index", "division", "division", "index"]
    case = next(case for case in CASES if case.name == name)
    lengths = {str(node.type.shape[0]): len(values[node.get(Named).name]) for node in case.inputs if node.type.rank}  # type: ignore[arg-type]
    found = unit.call(name, values, lengths)
    assert unit.fault == fault
    if fault == (0, 0, 0):
        typed = {
            node.get(Named).name: np.asarray(values[node.get(Named).name], node.type.dtype.numpy)
            for node in case.inputs
        }
        if name == "lazy":
            np.testing.assert_array_equal(found[0], typed["a"])
        else:
            for one, other in zip(found, evaluate(list(case.roots), typed, lengths, {}), strict=True):
                np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dims", [{"N": 300, "M": 500}, {"N": 100_000, "M": 3}, {"N": 3, "M": 100_000}], ids=str)
def test_large_sizes_give_the_same_bits_for_any_number_of_threads(unit: Native, dims: dict[str, int]) -> None:
    rng = np.random.default_rng(2)
    values = {"a": rng.normal(size=(dims["N"], dims["M"])).astype("f"), "v": rng.random(dims["M"]).astype("f")}
    unit.threads(1)
    once = unit.call("large", values, dims)
    for threads in (2, 3):
        unit.threads(threads)
        for one, other in zip(once, unit.call("large", values, dims), strict=True):
            assert one.tobytes() == other.tobytes()
    exact = evaluate(list(large().roots), values, dims, {})
    for one, other in zip(once, exact, strict=True):
        np.testing.assert_allclose(one, other, rtol=3e-5, atol=3e-5 * np.abs(other).max())


def test_sums_are_accurate(unit: Native) -> None:
    dims = {"N": 1000, "M": 1000}
    values = {"a": np.random.default_rng(3).random((1000, 1000)).astype("f"), "v": np.full(1000, 0.1, "f")}
    raised, columns, rows, whole, *_ = unit.call("large", values, dims)
    exact = raised.astype(np.float64)
    np.testing.assert_allclose(whole, exact.sum(), rtol=2e-7)
    np.testing.assert_allclose(rows, exact.sum(1), rtol=4e-7)
    np.testing.assert_allclose(columns, exact.sum(0), rtol=2e-6)


def test_views_and_elementwise_work_are_one_kernel() -> None:
    a, v = argument("a", F32, N, M), argument("v", F32, M)
    root = apply("sum", apply("tanh", apply("transpose", a * broadcast(v, a.type, (1,)), axes=(1, 0))) ** 2, axes=(0,))
    (routine,) = schedule(lower(program([Case("one", (root,), (a, v))]))).routines
    assert [type(statement) for statement in routine.statements] == [Reduce]
    assert routine.slots == ()


def test_products_take_views_as_strides() -> None:
    a, b = argument("a", F32, N, M), argument("b", F32, N, M)
    part = apply("slice", b, starts=(size(0), size(1)), steps=(1, 2), sizes=(N, size(3)))
    root = apply("transpose", a, axes=(1, 0)) @ part
    (routine,) = schedule(lower(program([Case("one", (root,), (a, b))]))).routines
    (product,) = routine.statements
    assert isinstance(product, Contraction)
    assert product.left.layout == (Dim.of(1), M)
    assert (product.right.offset, product.right.layout) == (Dim.of(1), (M, Dim.of(2)))


def test_equal_spaces_share_a_kernel() -> None:
    a = argument("a", F32, N, M)
    shared = apply("tanh", a)
    (routine,) = schedule(lower(program([Case("one", (shared * 2, shared + 1), (a,))]))).routines
    (kernel,) = routine.statements
    assert isinstance(kernel, Map) and kernel.axes == (M * N,) and len(kernel.stores) == 2


def test_workspace_is_shared() -> None:
    a = argument("a", F64, N, N)
    node = a
    for _ in range(20):
        node = apply("tanh", node @ a)
    (routine,) = schedule(lower(program([Case("one", (node,), (a,))]))).routines
    assert len(routine.slots) <= 2


def test_a_result_shares_memory_with_the_value_it_replaces() -> None:
    a = argument("a", F64, N, N)
    sums = apply("sum", a, axes=(0,))
    (routine,) = schedule(lower(program([Case("sums", (sums * 2 + 1,), (a,))]))).routines
    assert routine.slots == ()
    first = apply("tanh", a @ a)
    (routine,) = schedule(lower(program([Case("products", ((first @ a @ a) * first,), (a,))]))).routines
    assert len(routine.slots) == 1, "only for what is no longer needed when the last product begins"
    (routine,) = schedule(lower(program([Case("square", ((first @ first) * first,), (a,))]))).routines
    assert len(routine.slots) == 1, "a factor of the product is not overwritten by it"


def test_branches_hold_values_that_only_they_need() -> None:
    c, a = argument("c", BOOL), argument("a", F64, N, N)
    inner = apply("if", apply("not", c), a @ a, a)
    (routine,) = schedule(
        lower(program([Case("one", (apply("if", c, inner, a @ apply("transpose", a, axes=(1, 0))),), (c, a))]))
    ).routines
    assert [type(statement) for statement in walk(routine.statements)].count(Branch) == 2
    assert not any(isinstance(statement, Contraction) for statement in routine.statements)


def deep(count: int) -> Node:
    node = argument("s", F64)
    total = node
    for step in range(count):
        total = total + (node * float(step))
    return total


def test_deep_programs() -> None:
    s = argument("s", F64)
    made = program([Case("deep", (deep(8_000),), (s,))])
    text = stages(made).unit.text
    assert max(len(line) for line in text.splitlines() if not line.startswith("const char ")) < 400
    assert "t7999" in stages(made, "numpy").unit.text


def test_many_slots() -> None:
    """A function of their own lays out more slots of the workspace than a function has statements."""
    x = argument("x", I64, N)
    sums = [x]
    for number in range(210):
        sums.append(apply("cumsum", sums[-1], axis=0, reverse=number % 2 == 1))
    made = program([Case("many", (reduce(add, sums),), (x,))])
    unit = Native(made, "-O0")
    assert len(unit.module.routines[0].slots) > 200 and "run_many_slots(" in unit.text
    values = {"x": np.arange(-3, 4)}
    (found,) = unit.call("many", values, {"N": 7})
    np.testing.assert_array_equal(found, evaluate(list(made.entries[0].roots()), values, {"N": 7}, {})[0])


HOSTILE = 'x"; system("rm"); // \\\n */ \x00 \u202e {0} @kernels é'


def hostile() -> Program:
    source = Source(HOSTILE, HOSTILE)
    case = divides()
    made = program([case], "plain")
    entry = made.entries[0]
    spans = {root: Span(source, 0, len(HOSTILE)) for root in entry.roots()}
    names = dict.fromkeys(entry.roots(), "import os")
    entry = replace(entry, doc=HOSTILE, results=tuple(replace(r, text=HOSTILE, name=HOSTILE) for r in entry.results))
    return replace(made, doc=HOSTILE, entries=(entry,), spans=spans, names=names)


def test_no_text_of_the_user_is_in_the_unit() -> None:
    made = hostile()
    text = stages(made, source=HOSTILE).unit.text
    spelled = re.sub(r'"(?:[A-Za-z0-9 _.:,*+()-]|\\[0-7]{3})*"', "", text)
    spelled = re.sub(r"// [A-Za-z0-9 _.:,*+()/%<>=!&|@{}'\[\]-]*$", "", spelled, flags=re.M)
    assert not re.search(r"\b(system|rm|import)\b|[@\\]|[^ -~\n]|/\*|\*/", spelled)
    unit = Native(made, "-O0", text)
    assert unit.table.doc.decode() == HOSTILE.split("\x00")[0]


def test_user_text_in_a_numpy_module_is_data() -> None:
    namespace: dict[str, object] = {"__name__": "plain"}
    exec(compile(stages(hostile(), "numpy").unit.text, "plain.py", "exec"), namespace)
    assert namespace["__doc__"] == HOSTILE


def test_text_does_not_depend_on_the_hash_seed() -> None:
    command = "from tests.lower.test_programs import everything; import sys; sys.stdout.write(everything())"
    texts = set()
    for seed in ("0", "1", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        root = Path(__file__).parents[2]
        found = subprocess.run(
            [sys.executable, "-c", command], env=environment, cwd=root, capture_output=True, check=True
        )
        texts.add(found.stdout)
    assert len(texts) == 1


def everything() -> str:
    texts = []
    for made in (program(CASES), type_check(native(200))):
        compiled = stages(made)
        texts += [compiled.unit.text, stages(made, "numpy").unit.text, print_loops(compiled.loops)]
    return "\n".join(texts)
