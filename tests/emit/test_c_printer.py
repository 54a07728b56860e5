"""The C++ tree: its text compiles and computes the tree's meaning."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tdsl.emit.c import syntax as c
from tdsl.emit.c.numbers import integer, literal
from tdsl.emit.c.printer import declaration_lines, expression_text, function_lines, statement_lines, string_text
from tdsl.types import BOOL, F32, F64, I32, I64, U8, DType

A, B, C, D = map(c.Name, "abcd")


def binary(*parts: c.Expression | str) -> c.Binary:
    left, operator, right = parts
    assert isinstance(operator, str) and not isinstance(left, str) and not isinstance(right, str)
    return c.Binary(operator, left, right)


EXPRESSIONS: list[tuple[c.Expression, str]] = [
    (binary(binary(A, "+", B), "+", C), "a + b + c"),
    (binary(A, "+", binary(B, "+", C)), "a + (b + c)"),
    (binary(binary(A, "+", B), "*", C), "(a + b) * c"),
    (binary(binary(A, "*", B), "+", C), "a * b + c"),
    (binary(A, "-", binary(B, "-", C)), "a - (b - c)"),
    (binary(A, "/", binary(B, "*", C)), "a / (b * c)"),
    (binary(binary(A, "<", B), "<", C), "(a < b) < c"),
    (binary(binary(A, "<", B), "==", binary(C, "<", D)), "(a < b) == (c < d)"),
    (binary(binary(A, "<", B), "&", binary(C, "+", D)), "(a < b) & (c + d)"),
    (binary(binary(A, "&", B), "&", C), "a & b & c"),
    (binary(binary(A, "&", B), "|", C), "(a & b) | c"),
    (binary(binary(A, "&&", B), "||", C), "(a && b) || c"),
    (binary(c.Unary("!", A), "&", B), "(!a) & b"),
    (binary(A, "<<", binary(B, "+", C)), "a << (b + c)"),
    (binary(binary(A, "+", B), "<", C), "a + b < c"),
    (c.Unary("-", c.Unary("-", A)), "-(-a)"),
    (c.Unary("!", c.Unary("-", A)), "!-a"),
    (c.Unary("-", binary(A, "*", B)), "-(a * b)"),
    (binary(c.Unary("-", A), "*", B), "-a * b"),
    (binary(A, "-", c.Unary("-", B)), "a - -b"),
    (binary(A, "-", integer(-3)), "a - -3"),
    (c.Element(c.Unary("*", A), B), "(*a)[b]"),
    (c.Unary("*", c.Element(A, B)), "*a[b]"),
    (c.Member(binary(A, "+", B), "value"), "(a + b).value"),
    (c.Element(c.Member(A, "dims", pointer=True), integer(0)), "a->dims[0]"),
    (c.Conditional(binary(A, "<", B), C, D), "a < b ? c : d"),
    (c.Conditional(A, c.Conditional(B, C, D), D), "a ? (b ? c : d) : d"),
    (binary(c.Conditional(A, B, C), "+", D), "(a ? b : c) + d"),
    (c.Call("f", (binary(A, "+", B), c.Conditional(A, B, C))), "f(a + b, a ? b : c)"),
    (c.Call("static_cast<float *>", (A,)), "static_cast<float *>(a)"),
    (c.Braces((A, c.Braces((B,), "int64_t"))), "{a, int64_t{b}}"),
    (c.Braces((A, B), "tdsl_site", ("kind", "text")), "tdsl_site{.kind = a, .text = b}"),
    (c.String(b"W1.momentum (a*b)"), '"W1.momentum (a*b)"'),
    (c.String(b'"\\\n?%/\x00\xff9'), '"\\042\\134\\012\\077\\045\\057\\000\\3779"'),
]


@pytest.mark.parametrize(("expression", "text"), EXPRESSIONS, ids=[text for _, text in EXPRESSIONS])
def test_brackets_stand_where_precedence_or_a_warning_asks(expression: c.Expression, text: str) -> None:
    assert expression_text(expression) == text


LITERALS: list[tuple[float, DType, str]] = [
    (1.0, F32, "1.0f"),
    (0.1, F32, "0.1f"),
    (-0.0, F32, "-0.0f"),
    (16777216.0, F32, "16777216.0f"),
    (1e16, F32, "1e+16f"),
    (1e20, F64, "1e+20"),
    (0.1, F64, "0.1"),
    (5e-324, F64, "5e-324"),
    (1e40, F32, "std::numeric_limits<float>::infinity()"),
    (float("-inf"), F64, "-std::numeric_limits<double>::infinity()"),
    (float("nan"), F32, "std::numeric_limits<float>::quiet_NaN()"),
    (-(2**63), I64, "std::numeric_limits<int64_t>::min()"),
    (1 - 2**63, I64, "int64_t{-9223372036854775807}"),
    (2**31, I32, "std::numeric_limits<int32_t>::min()"),
    (-1, U8, "uint8_t{255}"),
    (1, BOOL, "true"),
]


@pytest.mark.parametrize(("value", "dtype", "text"), LITERALS, ids=[text for *_, text in LITERALS])
def test_literals_are_short(value: float, dtype: DType, text: str) -> None:
    assert expression_text(literal(value, dtype)) == text


LOOP = c.For("i", A, (c.Assign(c.Element(B, c.Name("i")), C),))
FREE: list[tuple[c.Expression | c.Statement, str]] = [
    (c.Call("f", (A, binary(B, "+", c.Number("1")))), "f a b"),
    (c.Lambda((c.Parameter("int", "a"),), (c.Return(binary(A, "+", B)),)), "b"),
    (LOOP, "a b c"),
    (c.If(A, (c.Declare("int", "b", C), c.Evaluate(B)), (c.Evaluate(D),)), "a c d"),
    (c.If(A, (c.Declare("int", "b", C),), (c.Evaluate(B),)), "a b c"),
    (c.Declare("int", "a", c.Conditional(B, C, c.Unary("-", D))), "b c d"),
    (c.Declare("char *", "a", size=B), "b"),
    (c.Return(), ""),
    (c.Break(), ""),
    (c.Blank(), ""),
    (c.Braces((c.Member(A, "b"), c.String(b"c"))), "a"),
]


@pytest.mark.parametrize(("part", "names"), FREE)
def test_free_names_are_mentioned_and_not_declared(part: c.Expression | c.Statement, names: str) -> None:
    assert c.free_names([part]) == set(names.split())


def test_a_declaration_counts_from_where_it_stands() -> None:
    assert c.free_names([c.If(A, (c.Declare("int", "a", B),))]) == {"a", "b"}
    assert c.free_names([c.Declare("int", "a", B), c.Evaluate(A)]) == {"b"}


def test_unused_parameters_have_no_names() -> None:
    parameters = c.Parameter("const float *", "a"), c.Parameter("int64_t", "b")
    function = c.Function(
        "f", parameters, (c.Return(B),), returns="int64_t", manner="static", about=c.Remark("f(b) */ = \\b")
    )
    assert function_lines(function, {"b"}) == [
        "// f(b) * / = _b",
        "static int64_t f(const float *, int64_t b) {",
        "    return b;",
        "}",
    ]
    assert declaration_lines(function, {"b"}) == ["static int64_t f(const float *, int64_t b);"]


def test_wide_lines_are_broken() -> None:
    names = [c.Name(f"argument_{number}") for number in range(30)]
    body = c.Lambda((c.Parameter("int64_t", "i"),), (c.Return(c.Name("i")),))
    statements = [c.Evaluate(c.Call("f", (*names, body, *names))), c.Declare("const char", "x[]", c.String(b"?" * 500))]
    lines = statement_lines(statements, 1)
    assert max(map(len, lines)) <= 120 and "        return i;" in lines
    assert "".join(line.strip() + " " for line in lines).replace(" ", "").count("argument_") == 60


CALL = "f(a);"
REMARKS = [
    ([("short = a + b", "")], [f"{CALL:56}// short = a + b"]),
    ([("y = a", "x.tdsl:9")], [f"{CALL:56}{'// y = a':42}  x.tdsl:9"]),
    ([("x" * 60, "x.tdsl:9")], [f"// {'x' * 60:95}  x.tdsl:9", CALL]),
    (
        [("a = 1", "x.tdsl:9"), ("b = 2", "x.tdsl:8")],
        [f"{'// a = 1':98}  x.tdsl:9", f"{'// b = 2':98}  x.tdsl:8", CALL],
    ),
    ([("y" * 200, "x.tdsl:9")], [f"// {'y' * 104}...  x.tdsl:9", CALL]),
    ([("a ** b // c", "")], [f"{CALL:56}// a ** b // c"]),
    ([("/* \\\n*/ ??/ é #", 'we"ird\\\n.tdsl:1')], [f"{CALL:56}{'// / * __* / __/ _ _':42}  we_ird__.tdsl:1"]),
    ([], [CALL]),
]


@pytest.mark.parametrize(("remarks", "lines"), REMARKS)
def test_remarks_are_comments_of_one_line(remarks: list[tuple[str, str]], lines: list[str]) -> None:
    statement = c.Evaluate(c.Call("f", (A,)), tuple(c.Remark(*remark) for remark in remarks))
    assert statement_lines([statement]) == lines
    assert statement == c.Evaluate(c.Call("f", (A,)))


def test_branches_of_any_depth() -> None:
    statement: c.Statement = c.Evaluate(c.Call("f"))
    for _ in range(5000):
        statement = c.If(A, (statement,), (c.Evaluate(c.Call("g")),))
    lines = statement_lines([statement])
    assert c.free_names([statement]) == {"a", "f", "g"}
    assert len(lines) == 4 * 5000 + 1 and max(map(len, lines)) < 150


def test_sums_of_any_length() -> None:
    total: c.Expression = A
    for _ in range(5000):
        total = c.Binary("+", total, B)
    assert expression_text(total).count("b") == 5000


def run(tmp_path: Path, lines: list[str]) -> list[str]:
    """The output of a program, compiled with all the warnings that generated units are free of."""
    (tmp_path / "unit.cpp").write_text("\n".join(lines) + "\n")
    flags = ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-fwrapv", "-O1"]
    subprocess.run(["c++", *flags, "unit.cpp", "-o", "unit"], cwd=tmp_path, check=True)
    return subprocess.run(["./unit"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout.split()


INCLUDES = ["#include <cstdint>", "#include <cstdio>", "#include <cstring>", "#include <limits>"]


def test_a_product_of_matrices(tmp_path: Path) -> None:
    i, j, k, m, n = map(c.Name, ("i", "j", "k", "m", "n"))

    def at(array: str, row: c.Expression, width: c.Expression, column: c.Expression) -> c.Element:
        return c.Element(c.Name(array), c.Binary("+", c.Binary("*", row, width), column))

    add = c.Assign(
        at("out", i, n, j),
        c.Binary("+", at("out", i, n, j), c.Binary("*", at("left", i, m, k), at("right", k, n, j))),
    )
    nest = c.For("i", m, (c.For("j", n, (c.Assign(at("out", i, n, j), c.Number("0")), c.For("k", m, (add,)))),))
    sizes = c.Parameter("int64_t", "m"), c.Parameter("int64_t", "n")
    arrays = *(c.Parameter("const int *", name) for name in ("left", "right")), c.Parameter("int *", "out")
    parameters = *sizes, *arrays
    lines = function_lines(c.Function("product", parameters, (nest,), manner="static"), c.free_names([nest]))
    main = [
        "int main() {",
        "    const int left[] = {1, 2, 3, 4}, right[] = {5, 6, 7, 8, 9, 10};",
        "    int out[6];",
        "    product(2, 3, left, right, out);",
        '    for (const int value : out) std::printf("%d\\n", value);',
        "}",
    ]
    assert run(tmp_path, [*INCLUDES, *lines, *main]) == ["21", "24", "27", "47", "54", "61"]


OPERATORS = ["+", "-", "*", "&", "|", "^", "<<", ">>", "<", "<=", "==", "!=", "&&", "||"]


def grown(chance: random.Random, depth: int) -> c.Expression:
    """A random tree of integers whose shifts stay in bounds."""
    if depth == 0 or chance.random() < 0.15:
        return chance.choice([A, B, C, D, integer(chance.randrange(-9, 9))])
    shape = chance.random()
    if shape < 0.15:
        return c.Unary(chance.choice("-!~"), grown(chance, depth - 1))
    if shape < 0.25:
        return c.Conditional(*(grown(chance, depth - 1) for _ in range(3)))
    operator = chance.choice(OPERATORS)
    left, right = grown(chance, depth - 1), grown(chance, depth - 1)
    if operator in ("<<", ">>"):
        right = c.Binary("&", right, c.Number("3"))
    return c.Binary(operator, left, right)


def bracketed(expression: c.Expression) -> str:
    """Every operation in brackets, so that precedence has no say."""
    match expression:
        case c.Name(text) | c.Number(text):
            return text
        case c.Unary(operator, operand):
            return f"({operator}({bracketed(operand)}))"
        case c.Binary(operator, left, right):
            return f"(({bracketed(left)}) {operator} ({bracketed(right)}))"
        case c.Conditional(condition, then, otherwise):
            return f"(({bracketed(condition)}) ? ({bracketed(then)}) : ({bracketed(otherwise)}))"
    raise AssertionError(expression)


def test_random_trees_mean_the_same_with_all_brackets(tmp_path: Path) -> None:
    chance = random.Random(5)
    lines = [*INCLUDES, "int main(int count, char **) {", "    const long a = count, b = 7 * count, c = -3, d = 12;"]
    quiet = ("bool-operation", "int-in-bool-context", "bool-compare", "logical-not-parentheses", "tautological-compare")
    lines[:0] = [f'#pragma GCC diagnostic ignored "-W{name}"' for name in quiet]
    for number in range(400):
        tree = grown(chance, 4)
        lines.append(f'    if (long({expression_text(tree)}) != long({bracketed(tree)})) std::puts("{number}");')
    assert run(tmp_path, [*lines, "}"]) == []


def test_literals_are_read_back_exactly(tmp_path: Path) -> None:
    chance = random.Random(7)
    lines = [*INCLUDES, "template <typename T, typename U> void same(T value, U bits, int number) {"]
    lines += ["    U found;", "    static_assert(sizeof found == sizeof value);"]
    lines += ["    std::memcpy(&found, &value, sizeof found);", '    if (found != bits) std::printf("%d\\n", number);']
    lines += ["}", "int main() {"]
    for number in range(600):
        if number % 2:
            bits = chance.getrandbits(32)
            value, dtype, width = float(np.uint32(bits).view(np.float32)), F32, 32
        else:
            bits = chance.getrandbits(64)
            value, dtype, width = float(np.uint64(bits).view(np.float64)), F64, 64
        if value == value:
            lines.append(f"    same({expression_text(literal(value, dtype))}, uint{width}_t{{{bits}u}}, {number});")
    assert run(tmp_path, [*lines, "}"]) == []


def test_strings_are_read_back(tmp_path: Path) -> None:
    chance = random.Random(9)
    texts = [bytes(chance.randrange(256) for _ in range(chance.randrange(1, 300))) for _ in range(50)]
    lines = [*INCLUDES, "int main() {"]
    for text in texts:
        value = statement_lines([c.Declare("const char", "found[]", c.String(text))], 2)
        codes = ", ".join(str(byte - 256 if byte > 127 else byte) for byte in [*text, 0])
        lines += ["    {", *value, f"        const signed char bytes[] = {{{codes}}};"]
        lines += ['        if (std::memcmp(found, bytes, sizeof bytes) != 0) std::puts("wrong");', "    }"]
    assert run(tmp_path, [*lines, "}"]) == []
    assert string_text(b"") == '""'
