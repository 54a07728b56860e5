"""Printed tdsl parses, compiles again and means the same; and it reads like a person's."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tdsl.check import Options, analyse, check, differentiate
from tdsl.driver import gradient
from tdsl.ir.interp import evaluate
from tdsl.ir.node import OPS, apply, topological
from tdsl.ir.program import Entry, Program
from tdsl.passes import optimise
from tdsl.settings import Settings
from tdsl.source import Source
from tdsl.syntax.parse import parse
from tdsl.unparse.printer import emit_entry
from tests.work import lines

DIMS = {"B": 5, "N": 4, "M": 3}


def load(path: Path) -> str:
    return path.read_text()


def read(text: str, width: int) -> Program:
    return check(parse(Source("again.tdsl", text)), Options(width, ()), load, "again")


def values(program: Program, entry: Entry, seed: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Arguments and variables by name, the same for the same names."""

    def draw(name: str, type: object) -> np.ndarray:
        shape = tuple(size.evaluate(DIMS) for size in type.shape)  # type: ignore[attr-defined]
        rng = np.random.default_rng([seed, *name.replace(".", "_").encode()])
        if type.is_real:  # type: ignore[attr-defined]
            return rng.uniform(0.2, 1.5, shape).astype(type.dtype.numpy)  # type: ignore[attr-defined]
        return rng.integers(0, 2, shape).astype(type.dtype.numpy)  # type: ignore[attr-defined]

    arguments = {p.name: draw(p.name, p.node.type) for p in entry.parameters}
    return arguments, {v.name: draw(v.name, v.node.type) for v in program.variables}


def run(program: Program, entry: Entry) -> list[np.ndarray]:
    return evaluate(entry.roots(), values(program, entry, 1)[0], DIMS, values(program, entry, 1)[1])


def assert_agree(before: list[np.ndarray], after: list[np.ndarray], width: int) -> None:
    tolerance = 2e-5 if width == 32 else 1e-12
    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        np.testing.assert_allclose(other, one, rtol=tolerance, atol=tolerance)


HEAD = """
dim B, N, M
const H = 3
input x: real[B, N]
input y: real[B]
input k: int[B]
input s: real
input z: f64[N]
input W: real[N, H]
input q: real[N]
shared b: real[H] = 0
input u: f64[4]
let products[i, j] = sum[l](x[i, l] * W[l, j]) / s + b[j] * x[i, (j + 1) % N]
let chosen[j, i] = max[l](x[i, l] * q[l]) + W[j % N, j] * sum[l](q[l] * q[l] * W[l, j])
"""
COSTS = {
    "by elements": "sum(sin(products)) + sum(products * chosen.T ** 2)",
    "running maxima": "sum(cummax(x * q, 0) ** 2) + sum(cummax(q, 0) * q) * s",
    "running": "sum(cumsum(q * q, 0, reverse=true) * cumprod(q, 0)) + sum(recurrence(s, x, 1) * cumsum(x * q, 0)) * s",
    "systems": "sum(cholesky(W @ W.T + eye(N)) @ q) + sum(solve_lower(W @ W.T + eye(N), q)) + logdet(W.T @ W + eye(H))",
    "solved": "sum(solve(W @ W.T + eye(N), x.T) ** 2) + det(W.T @ W + eye(H)) * s",
    "decomposed": "sum(qr(W @ W.T + eye(N))[1] ** 2) + sum(eigh(W @ W.T)[0] * q)",
    "sorted": "sum(sort(x * q, 0) * x) * s + sum(sort(q) ** 3)",
    "largest": "sum(topk(x * q, 1)[0] ** 2 * s) + sum(topk(q, 1)[0])",
    "affine": "mean(x @ W + b)",
    "squares": "mean((sum(x @ W, axis=1) - y) ** 2)",
    "network": "mean((sigmoid(tanh(x @ W + b) @ W.T) - x) ** 2)",
    "precedence": "sum(-(q ** 2) + (-q) ** 3 - -q * -2 / (q - -1.5) / 2)",
    "powers": "sum(2 ** q ** 2 + q ** -1.5 + (q ** 0.5) ** 3 + q ** 17)",
    "subtractions": "sum(q - (q - (q - 2 * q)) - (1 - q))",
    "divisions": "sum(1 / (1 / (q / (2 / q))) * (q / 3))",
    "ifs": "sum(if s > 1 then (if s > 2 then q else -q) else if s < 0 then q * s else exp(q))",
    "switches": "sum(switch(x > 0.5 and not (x > 1) or x == q, x * q, switch(x <= 0.25, q, x * x * q)))",
    "slices": "sum(q[1:] * q[:-1]) + sum(q[::2]) + q[0] * q[-1]",
    "negative steps": "sum(q[::-1] * q) + sum(q[::-2]) + sum(q[N - 1:0:-1])",
    "slices of dims": "sum(x[:B - 1, 1:] ** 2 * q[:N - 1]) + sum(x[1:, ::2] @ W[::2, 0])",
    "new axes": "sum(q[:, new] * W * b[new, :]) + sum(q[new, :, new])",
    "gather": "sum(W[k] * x[k, :H])",
    "gather columns": "sum(x[:, k] @ y) + sum(q[k] ** 2)",
    "constant gather": "sum(gather(q, iota((2,), 0)) ** 2)",
    "scatter": "sum(scatter(W[k], k, 0, N) * W)",
    "writes": "sum((W with [k] = x[:, :H]) * W) + sum((W with [1:, k[0]] += s * q[1:]) * W * (W with [k] += 2))",
    "places": "sum((x with [k, k[::-1]] = y with [0, k] += s * y) * x * q) + sum((q with [1:] = s) * q)",
    "place": "sum(place(q, (2 * N + 1,), (1,), (2,)) * real(arange(2 * N + 1)))",
    "place from behind": "sum(place(q, (N,), (N - 1,), (-1,)) * q)",
    "windows": "sum(max(windows(q, 2, 1, 2), axis=1) * s) + sum(windows(x[:, 1:], (1, 2), (1, 2)) ** 2)",
    "windows added up": "sum(overlap_add(windows(q, 3) * s, N) * q) + sum(pad(x, (1, 2), (0, 1), 3) ** 2)",
    "broadcast": "sum(broadcast(q, (N, H), (0,)) * broadcast(s, (N, H)) * broadcast(b, (N, H)))",
    "columns": "sum((x - mean(x, axis=0)) ** 2 * q / std(x, axis=0))",
    "rows": "sum(exp(x @ W) / sum(exp(x @ W), axis=1, keepdims=true))",
    "axes": "sum(max(x * q, axis=1)) + min(x * q) + prod(q) + sum(sum(x * q, axis=(0, 1)) * q)",
    "positions": "sum(q * real(argmax(x, axis=0))) + sum(W * real(argmin(W, axis=0)))",
    "casts": "sum(real(k) * y) * sum(real(x > 0.7) * q) + sum(real(f64(q) * 0.1))",
    "f64 beside f32": "real(sum(u * 0.1 - 1 / u + f64(q[0]) / 3)) + real(sum(f64(1e-3) * z * f64(q)))",
    "bools": "sum(q * real(any(x > 1, axis=0))) + (if all(x > 0) then s * sum(q) else 0)",
    "dims": "sum(q * real(2 * N - B // 2)) / (B * N) + sum(q) * real(B % 3)",
    "integers": "sum(q * real(k[0] // 2 + k[1] % 2 - 3) + real(max(k)))",
    "stacks": "sum([q[0], s * q[1], 2 * q[2]] * b) + sum([q, q * 2] @ q)",
    "reshapes": "sum(reshape(W, (H, N)) @ q) + sum(flatten(W) ** 2)",
    "reshapes of numbers": "real(sum(reshape(u, (2, 2)) @ [f64(1.0), f64(2.0)]))",
    "transposes": "sum(transpose(x @ W, (1, 0)) @ y) + sum(W.T @ (x.T @ y))",
    "products": "q @ W @ b + (x @ q) @ y + (y * 2) @ x @ q * s",
    "kinks": "sum(maximum(q, 0.5) + minimum(x, q) + abs(q - 0.7) + maximum(q, q * q))",
    "functions": "sum(log(q) + log1p(q) + expm1(q) + sqrt(q) + sin(q) * cos(q) + tan(q) + atan(q) + sinh(q) * cosh(q))",
    "more functions": "sum(erf(q) + erfc(q) + softplus(q) + asinh(q) + log2(q) * log10(q) + atan2(q, 2) + q % 0.3)",
    "incomplete gamma": "sum(gammainc(q, s) * gammaincc(q + 1, 2 * q) + beta(q, s) * betaln(q, 2))",
    "beta": "sum(betaln(q, s)) + sum(grad(sum(betaln(q, q + 1)), q) * polygamma_difference(2, q, s))",
    "distances": "norm(q) + sum(norm(x, axis=1)) + sum(hypot(q, 2) * logaddexp(q, s)) + sum(sigmoid(q) + tanh(q))",
    "special": "sum(log1mexp(-q) + gammaln(q) * digamma(q) + erfinv(q / 2) + erfcinv(q / 2) ** 2 + polygamma(2, q))",
    "inverses": "sum(asin(q / 2) + acos(q / 2) + atanh(q / 2) + acosh(q + 1.1) + floor(q) * q + round(q) * ceil(q))",
    "pieces": "sum(concatenate((q, b * s)) ** 2) + sum(roll(x, 1, axis=1) * x) + sum(split(q, (1, -1))[1] ** 2)",
    "repeats": "sum(repeat(q, 2) * tile(q, 2)) + sum(concatenate((x > 1, x > q)) * concatenate((x, x), axis=0))",
    "diagonals": "trace(x.T @ x) + sum(tril(x, 1) * q) + sum(diag(q) @ q) + sum(tensordot(x, W, 1) ** 2)",
    "right sides": "sum(solve(W @ W.T + eye(N), q) * q) + sum(solve_upper(cholesky(W @ W.T + eye(N)).T, x.T) ** 2)",
    "stacks of systems": "sum(solve([W.T @ W + eye(H)], [b[:, new]]) ** 2) + sum(inverse([W.T @ W + eye(H)]) ** 2)",
    "determinants": "det(W.T @ W + eye(H)) * s + logdet(W @ W.T + eye(N) * s ** 2)",
    "stacked products": "sum(([x, x * s] @ W) ** 2) + sum(q @ [W, W]) + sum(x @ [[W]])",
    "jacobians": "sum(jacobian(tanh(W @ b), W) ** 2) + sum(hessian(sum(q ** 3) * s, q) @ q)",
    "products with a Jacobian": "sum(jvp(tanh(x @ W), (x, W), (x * x, W)) * vjp(tanh(q * s), s, q))",
    "stop": "sum(q * stop_grad(exp(q))) + sum(stop_grad(x) * q)",
    "not finite": "sum(switch(q > 100, inf, q)) + sum(switch(isnan(q), nan, q))",
    "second": "sum(grad(sum(tanh(q) ** 2), q) ** 2)",
    "long": " + ".join(f"sum(tanh(q * {number}) * exp(-q * q))" for number in range(1, 14)),
    "deep": "sum(" + "tanh(" * 20 + "q" + ")" * 20 + ")",
    "scalar axes": "sum(x[0, 1] * q[new, :] * x[1:2, :]) + x[0][1] * s + W[N - 1, H - 1]",
    "only sizes": "sum(x + q)",
    "draws": "sum(normal(q, s) * q) + sum(uniform(0, s, (B, N)) * x * switch(bernoulli(full_like(x, 0.5)), x, 0))",
    "other draws": "sum(truncated_normal(x, s) ** 2) * real(sum(randint(-3, 9, 5))) + real(categorical(q)) * sum(q)",
}  # fmt: skip
LOOPS = {
    "a loop": "for x_i in x, t in B { state h = q | state n = 1.0 | h <- tanh(h * x_i) * s + real(t) | yield h * q }",
    "loops in loops": "for x_i in x[::-1], y_i in y { yield for e in x_i { state p = s | p <- sin(p * e) + q[0] } }",
    "a loop that ends": "for t in 9 { state h = q | h <- sin(h) * s + b[t % H] | yield h | until real(t) * s > 2 }",
    "checkpoints": "for e in q, t in N checkpoint 3 { state h = s | h <- tanh(h * e + real(t)) | yield h }",
    "a derivative in a loop": "for e in q { state p = s | p <- p - 0.1 * grad((p - e) ** 4, p) | yield p }",
}
for what, text in LOOPS.items():
    lines_of = text.replace("{ ", "{\n").replace(" | ", "\n").replace(" }", "\n}")
    COSTS[what] = f"sum(({lines_of}){'' if what.startswith('loops') else '[0]'} ** 2)"


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("what", COSTS)
def test_gradients_compile_again(what: str, width: int) -> None:
    source = Source("model.tdsl", f"{HEAD}\ncost C = {COSTS[what]}\nentry f(x, y, k, s, z, W, q, u) -> C\n")
    wrt = tuple(name for name in ("q", "W", "b", "u", "s") if re.search(rf"\b{name}\b", COSTS[what]))
    made, _ = differentiate(analyse(parse(source), Options(width, ()), load, "model"), None, wrt)
    text = gradient(source, Settings(width), load, None, wrt)
    again = read(text, width)
    assert_agree(run(made, made.entries[0]), run(again, again.entries[0]), width)
    assert max(map(len, text.splitlines())) <= 120


ENTRIES = {
    **COSTS,
    "of bools": "(cumsum(x > 0, 0), cumprod(k, 0), cumsum(k + 1, 0, true))",
    "logic": "switch(x > 1 or not (x < q and x != 0.5), 1, 0)",
    "comparisons": "(x >= q) == (x <= q)",
    "integer results": "(k * 2 - 1, -k // 2, k % 2, abs(k), i32(k) + 3, u8(k))",
    "bool results": "(isnan(q), isinf(q), isfinite(q), all(x > 0, axis=1))",
    "more": "(trunc(q), sign(q), iota((2, 3), 1), floor(q) // 2, q ** s, one_hot(k, 3), eye(3))",
    "bits": "(bit_and(k, 6), bit_or(k, 1), bit_xor(k, u8(3)), bit_not(k), shift_left(k, 2), shift_right(k, 1))",
    "labels": "(within(k, 9), erfcinv_slope(q / 2), sigmoid_slope(q),"
    " tanh_slope(q), one_minus_square(q), hypot_slope(q, 2))",
    "orders": "(argsort(x), argsort(k, 0), argsort(x > 1, axis=0), permutation(9), sort(x, 0), sort(x > 1), sort(k))",
    "largest": "(topk(x, 2), topk(k, 1), argtopk(x, 1, axis=0), searchsorted(sort(q), x), searchsorted(k, 2, true))",
    "words": "(binomial(k, 0.3), random_word(k, 3, 5), random_bits(k[0], 3, (B, 2)))",
    "gammas": "(gammainc_slope(q, 2), gammainc_curve(q, s), gamma_density(q, q), grad(sum(gammainc(q, q + 1)), q))",
    "powers": "(exp_add(q, 2), log_erfc(q), erfcx(q), erfcx_slope(q))",
    "products of others": "(prod_others(x), prod_others(q, q + 1, sin(q)))",
    "literals": "(1.0, 2, true, -3.5, 1e300, -0.0 * s)",
    "wide literal": "u * 0.1 + f64(0.1)",
}


@pytest.mark.parametrize("what", ENTRIES)
@pytest.mark.parametrize("optimised", [False, True])
def test_entries_compile_again(what: str, optimised: bool) -> None:
    program = read(f"{HEAD}\nentry f(x, y, k, s, z, W, q, u) -> {ENTRIES[what]}\n", 32)
    made = optimise(program) if optimised else program
    again = read(emit_entry(made, made.entries[0], "Again."), 32)
    assert_agree(run(program, program.entries[0]), run(again, again.entries[0]), 32)


def test_assertions_of_loops_are_printed() -> None:
    body = 'state s: real = 0\nassert s < 10, "small \\"s\\""\ns <- s + x_t\nyield x_t * s'
    program = read(f"dim T\nentry f(x: real[T]) -> for x_t in x {{\n{body}\n}}\n", 32)
    shown = emit_entry(program, program.entries[0], "Again.")
    assert 'assert s < 10, "small \\"s\\""' in shown
    again = read(shown, 32)
    assert shown == emit_entry(again, again.entries[0], "Again.")


def test_every_op_that_is_spelled_is_printed() -> None:
    printed = set()
    for text in ENTRIES.values():
        program = read(f"{HEAD}\nentry f(x, y, k, s, z, W, q, u) -> {text}\n", 32)
        printed |= {node.op.name for node in topological(program.entries[0].roots())}
    # A random matrix stands in first values only, an assertion in loops, an exchange between processes in entries that
    # are compiled for them; functions have no syntax yet.
    silent = {"random_orthogonal", "assertion", "all_reduce", "parameter", "call"}
    assert set(OPS) - printed == silent


def printed(cost: str, wrt: str = "q", head: str = HEAD) -> str:
    return gradient(
        Source("m.tdsl", f"{head}\ncost C = {cost}\nentry f(x, y, k, s, z, W, q, u) -> C\n"),
        Settings(),
        load,
        None,
        (wrt,),
    )


def test_names_of_the_file_are_kept() -> None:
    head = HEAD + "let t = x @ W + b\nlet hidden = tanh(t)\nlet ones_2 = hidden ** 2\n"
    text = printed("mean(exp(hidden) * ones_2)", "W", head)
    assert "let t = x @ W + b" in text
    assert "let hidden = tanh(t)" in text
    assert "const H = 3" in text and "shared b: real[H]" in text and "input W: real[N, H]" in text
    names = re.findall(r"let (\w+) =", text)
    assert len(names) == len(set(names))


def test_a_loop_backwards_yields_no_derivative() -> None:
    """But its reverse."""
    text = printed("sum((for e in q {\nstate p = s\np <- p * e\nyield p\n})[1] ** 2)")
    (backwards,) = re.findall(r"^let (.*) = for .* in .*\[::-1\]", text, re.M)
    assert "dC_dq" not in backwards
    assert re.search(r"^let dC_dq = t\d+\[::-1\]$", text, re.M) and text.endswith("-> dC_dq\n")


def test_reads_like_a_person() -> None:
    text = printed("mean((x @ q - y) ** 2)")
    assert "2 * (x @ q - y) / B" in text
    assert "1.0" not in text and "broadcast" not in text
    assert printed("sum(x[0] * q) + q[1]").count("x[0]") == 1
    assert "[:, new]" in printed("sum((x @ W) ** 2 * y[:, new])", "W")


def test_an_unknown_family_is_a_bug() -> None:
    program = read("input x: real\nentry f(x) -> x\n", 32)
    assert "entry f(x) -> x" in emit_entry(program, program.entries[0], "Two\nlines.")
    assert "## lines." in emit_entry(program, program.entries[0], "Two\nlines.")


def test_rule_state_is_renamed() -> None:
    text = """
use std.optim: momentum
input x: real
shared w: real = 1
cost C = (w - x) ** 2
entry train(x) -> C { minimize C with momentum() }
"""
    program = read(text, 32)
    assert "w_momentum_v" in emit_entry(program, program.entries[0], "D.")


def test_work_grows_with_size() -> None:
    program = read("input x: real[4]\nentry f(x) -> x\n", 32)
    (x,) = program.entries[0].roots()

    def printed(count: int) -> str:
        node = x
        for _ in range(count):
            node = apply("tanh", node) + x
        return emit_entry(program, program.entries[0].with_roots([node]), "Long.")

    assert printed(20_000).count("tanh") == 20_000
    small, middle, large = (lines(partial(printed, factor * 300)) for factor in (1, 2, 4))
    assert large - middle <= 2.3 * (middle - small)


def test_a_cost_that_draws_though_no_entry_does() -> None:
    source = Source("m.tdsl", "shared w: real[3] = 1\ncost C = sum(normal(w, 1) ** 2)\nentry f() -> sum(w)\n")
    text = gradient(source, Settings(), load, None, ())
    assert "state random: i64[2] = 0\n" in text
    assert "entry gradient() -> dC_dw\n" in text
    read(text, 32)
