"""Naive forms of functions: the program, the function by many digits, and points at which the form as written
overflows, underflows or loses digits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mpmath import mp, mpf

Function = Callable[..., Any]


@dataclass(frozen=True)
class Naive:
    """Elementwise in x, and in y if a point has two numbers; else a function of x: real[3], tried at rows."""

    text: str
    exact: Function
    points: tuple[Any, ...]
    beside: float = 0  # the size of terms that cancel

    @property
    def of_rows(self) -> bool:
        return isinstance(self.points[0], list)

    @property
    def parameters(self) -> tuple[str, ...]:
        return ("x", "y") if isinstance(self.points[0], tuple) else ("x",)


def soft(x: Any) -> Any:
    return mp.log1p(mp.exp(x))


def logistic(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def complement(x: Any) -> Any:
    """log(1 - exp(x))."""
    return mp.log(-mp.expm1(x))


def log_sum(x: list[Any]) -> Any:
    top = max(x)
    return top + mp.log(sum(mp.exp(item - top) for item in x))


def shares(x: list[Any]) -> list[Any]:
    return [mp.exp(item - log_sum(x)) for item in x]


def log_shares(x: list[Any]) -> list[Any]:
    return [item - log_sum(x) for item in x]


def product_of_others(x: list[Any]) -> Any:
    return x[0] * x[1] * x[2]


SMALL = (1e-20, 1e-10, -1e-17, 0.5)
FAR = (800.0, -50.0, 0.5)
LOGITS = (800.0, 40.0, -40.0, 0.5)
ROWS = ([-10.0, -10.0, 999.0], [999.0, 990.0, -10.0], [-1000.0, -1001.0, -1002.0])
LARGE = ([-800.0, 800.0, 0.0], [-800.0, -805.0, -900.0], [1000.0, 1000.0, 1000.0], [0.5, -1.0, 0.25])

NAIVE = (
    Naive("log(1 + x)", mp.log1p, SMALL),
    Naive("log(x + 1)", mp.log1p, SMALL),
    Naive("log(1 - x)", lambda x: mp.log1p(-x), SMALL),
    Naive("exp(x) - 1", mp.expm1, SMALL),
    Naive("1 - exp(x)", lambda x: -mp.expm1(x), SMALL),
    Naive("-1 + exp(x)", mp.expm1, SMALL),
    Naive("1 - erf(x)", mp.erfc, (5.0, 6.5, 8.5, -1.0)),
    Naive("1 + erf(x)", lambda x: mp.erfc(-x), (-6.5, -8.5, 1.0)),
    Naive("erf(x) - 1", lambda x: -mp.erfc(x), (6.5, 1.0)),
    Naive("1 - erfc(x)", mp.erf, (1e-20, 1e-10, 0.5)),
    Naive("erfc(-x) - 1", mp.erf, (1e-20, 1e-10, 0.5)),
    Naive("log(erfc(x))", lambda x: mp.log(mp.erfc(x)), (10.0, 26.0, 28.0, 26.4, -30.0, -5.0, 1.5)),
    Naive("log(1 - erf(x))", lambda x: mp.log(mp.erfc(x)), (10.0, 28.0, 1e-20)),
    Naive("log(0.5 * erfc(-x))", lambda x: mp.log(mp.erfc(-x) / 2), (-10.0, -28.0, 0.5)),
    Naive("exp(-x ** 2) / erfc(x)", lambda x: mp.exp(-x * x) / mp.erfc(x), (10.0, 27.0, 30.0, 0.5), 8),
    Naive("log(1 - sigmoid(x))", lambda x: -soft(x), LOGITS),
    Naive("log1p(-sigmoid(x))", lambda x: -soft(x), LOGITS),
    Naive("log(sigmoid(x))", lambda x: -soft(-x), LOGITS),
    Naive("log(1 / (1 + exp(-x)))", lambda x: -soft(-x), (-800.0, -100.0, 40.0, 2.0)),
    Naive("log(1 - 1 / (1 + exp(-x)))", lambda x: -soft(x), LOGITS),
    Naive("log2(sigmoid(x))", lambda x: -soft(-x) / mp.log(2), LOGITS),
    Naive("log(sigmoid(x) * sigmoid(y))", lambda x, y: -soft(-x) - soft(-y), ((-700.0, -700.0), (3.0, -1.0))),
    Naive("log(1 + exp(x))", soft, FAR),
    Naive("log1p(exp(x))", soft, FAR),
    Naive("log(3 + exp(x))", lambda x: mp.log(3 + mp.exp(x)), FAR),
    Naive("log1p(-exp(x))", complement, (-1e-20, -1e-10, -50.0, -0.5)),
    Naive("log(-expm1(x))", complement, (-1e-20, -50.0, -800.0, -0.5)),
    Naive("log(1 - exp(x))", complement, (-1e-20, -50.0, -800.0, -0.5)),
    Naive("log(exp(x) - 1)", lambda x: x + complement(-x), (1e-20, 1.0, 800.0)),
    Naive("log(exp(x) - exp(y))", lambda x, y: x + complement(y - x),
          ((1000.0, 999.0), (-1000.0, -1001.0), (1.0, 0.999999999999), (1.0, -2.0))),
    Naive("exp(x) / (1 + exp(x))", logistic, (800.0, -800.0, 2.0)),
    Naive("1 / (1 + exp(-x))", logistic, (800.0, -800.0, -700.0, 2.0)),
    Naive("(1 + exp(-x)) ** -1", logistic, (800.0, -800.0, 2.0)),
    Naive("3 * exp(x) / (1 + exp(x))", lambda x: 3 * logistic(x), (-800.0, 2.0)),
    Naive("y / (1 + exp(x))", lambda x, y: y * logistic(-x), ((40.0, 2.0), (0.5, -3.0))),
    Naive("exp(x) / ((1 + exp(x)) * (1 + exp(-x)))", lambda x: logistic(x) ** 2, (800.0, -800.0, 1.0)),
    Naive("sigmoid(x) * exp(-x)", lambda x: logistic(-x), (-800.0, 20.0)),
    Naive("1 - sigmoid(x)", lambda x: logistic(-x), (40.0, 700.0, 0.5)),
    Naive("sigmoid(x) - 1", lambda x: -logistic(-x), (40.0, 700.0, 0.5)),
    Naive("sigmoid(x) * (1 - sigmoid(x))", lambda x: logistic(x) * logistic(-x), (40.0, -300.0, 0.5)),
    Naive("sigmoid(log(x / (1 - x)))", lambda x: x, (0.3, 1e-300, 1.0)),
    Naive("sigmoid(x) / (1 - sigmoid(x))", mp.exp, (40.0, 80.0, 100.0, -100.0)),
    Naive("(1 - sigmoid(x)) / sigmoid(x)", lambda x: mp.exp(-x), (40.0, 80.0, 100.0, -50.0)),
    Naive("1 + tanh(x)", lambda x: 2 * logistic(2 * x), (-20.0, -40.0, 1.0)),
    Naive("1 - tanh(x)", lambda x: 2 * logistic(-2 * x), (20.0, 40.0, -1.0)),
    Naive("1 - tanh(x) ** 2", lambda x: 4 * logistic(2 * x) * logistic(-2 * x), (20.0, -40.0, 1.0)),
    Naive("(exp(x) - exp(-x)) / 2", mp.sinh, (1e-20, -1e-10, 3.0)),
    Naive("(exp(x) - exp(-x)) / (exp(x) + exp(-x))", mp.tanh, (800.0, -800.0, 1e-20, 1.0)),
    Naive("(exp(2 * x) - 1) / (exp(2 * x) + 1)", mp.tanh, (800.0, -800.0, 1e-20, 1.0)),
    Naive("log(exp(x))", lambda x: x, (800.0, -800.0, 1e-20)),
    Naive("exp(log(x))", lambda x: x, (2.0, 1e300)),
    Naive("log1p(expm1(x))", lambda x: x, (800.0, -800.0, 1e-20)),
    Naive("exp(log1p(x))", lambda x: 1 + x, (1e-20, 5.0)),
    Naive("exp(softplus(x))", lambda x: 1 + mp.exp(x), (1.0, 3.0)),
    Naive("sqrt(x * x)", abs, (1e200, 1e-200, 1e25, -3.0)),
    Naive("sqrt(x) ** 2", lambda x: x, (2.0, 1e308, 1e-30)),
    Naive("exp(x) * exp(y)", lambda x, y: mp.exp(x + y), ((800.0, -800.0), (1000.0, -999.0), (60.1, -59.7))),
    Naive("exp(x) / exp(y)", lambda x, y: mp.exp(x - y), ((800.0, 799.0), (-800.0, -801.0), (60.1, 59.7))),
    Naive("2.0 ** x * 2.0 ** y", lambda x, y: mpf(2) ** (x + y), ((2000.0, -1999.0), (300.3, 400.4), (-60.1, 3.7))),
    Naive("0.5 ** x / 0.5 ** y", lambda x, y: mpf(2) ** (y - x), ((-2000.0, -1999.0), (300.3, -400.4), (60.1, 1e-9))),
    Naive("1 / exp(x)", lambda x: mp.exp(-x), (720.0, -3.0)),
    Naive("log(exp(x) * exp(y))", lambda x, y: x + y, ((800.0, 0.5), (-800.0, -7.0))),
    Naive("log(sqrt(x))", lambda x: mp.log(x) / 2, (1e-300, 1e300, 3.0, 1.0000001)),
    Naive("log(sqrt(exp(x)))", lambda x: x / 2, (-800.0, 1600.0, 1e-20)),
    Naive("log(sqrt(1 - sigmoid(x)))", lambda x: -soft(x) / 2, (800.0, 40.0, -40.0)),
    Naive("log(x * x)", lambda x: 2 * mp.log(abs(x)), (1e-300, 1e300, -3.0, 1e30)),
    Naive("log(exp(x) + exp(y))", lambda x, y: log_sum([x, y]),
          ((10000.0, 10000.0), (-10000.0, -10001.0), (10.0, 10.0))),
    Naive("log(exp(x) + exp(y) + exp(x - y) + exp(x + y))", lambda x, y: log_sum([x, y, x - y, x + y]),
          ((10000.0, 10000.0), (1.0, 2.0))),
    Naive("log(1 + exp(x) + exp(y))", lambda x, y: log_sum([mpf(0), x, y]), ((10000.0, 1.0), (1.0, 2.0))),
    Naive("binary_cross_entropy(sigmoid(x), 0.25)", lambda x: soft(-x) / 4 + soft(x) * 3 / 4, (-800.0, 800.0, 40.0)),
    Naive("switch(x > 0, log(x), 0)", lambda x: mp.log(x) if x > 0 else mpf(0), (-1e-30, -1.0, 2.0)),
    Naive("switch(x > 0, sqrt(x), 0)", lambda x: mp.sqrt(x) if x > 0 else mpf(0), (-1e-30, -1.0, 4.0)),
    Naive("switch(x < 5, exp(x), x)", lambda x: mp.exp(x) if x < 5 else x, (1000.0, 1.0)),
    Naive("log(switch(y > 0, exp(x), 0))", lambda x, y: x, ((800.0, 1.0), (-800.0, 2.0))),
    Naive("log(sum(exp(x)))", log_sum, LARGE),
    Naive("log(sum(exp(x), axis=0, keepdims=true))[0]", log_sum, LARGE),
    Naive("log(mean(exp(x)))", lambda x: log_sum(x) - mp.log(3), LARGE),
    Naive("log(sum(switch([true, false, true], exp(x), 0)))", lambda x: log_sum([x[0], x[2]]), LARGE),
    Naive("logsumexp(x)", log_sum, LARGE),
    Naive("softmax(x)", shares, ROWS, 1),
    Naive("exp(x) / sum(exp(x))", shares, ROWS, 1),
    Naive("log(softmax(x))", log_shares, ROWS, 1),
    Naive("log(exp(x) / sum(exp(x)))", log_shares, ROWS, 1),
    Naive("log(softmax(x)[0:2])", lambda x: log_shares(x)[0:2], ROWS, 1),
    Naive("log(softmax(x)[[0, 1, 1]])", lambda x: [log_shares(x)[i] for i in (0, 1, 1)], ROWS, 1),
    Naive("log(softmax(x)[new, :])[0]", log_shares, ROWS, 1),
    Naive("x - logsumexp(x)", log_shares, ROWS, 1),
    Naive("x - log(sum(exp(x)))", log_shares, ROWS, 1),
    Naive("-log(softmax(x)[0])", lambda x: -log_shares(x)[0], ROWS, 1),
    Naive("-sum([1.0, 0.0, 0.0] * log(softmax(x)))", lambda x: -log_shares(x)[0], ROWS, 1),
    Naive("categorical_cross_entropy(softmax(x[new, :]), [0])[0]", lambda x: -log_shares(x)[0], ROWS, 1),
    Naive("mean(x ** 2) - mean(x) ** 2", lambda x: sum((item - sum(x) / 3) ** 2 for item in x) / 3,
          ([100000000.0, 100000001.0, 100000002.0], [4096.0, 4097.0, 4098.5])),
    Naive("norm(x)", lambda x: mp.sqrt(sum(item * item for item in x)),
          ([1e200, 1e200, 0.0], [1e-200, 1e-200, 0.0], [1e30, 1e30, 0.0])),
    Naive("prod(x)", product_of_others, ([0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [2.0, 3.0, 4.0])),
)  # fmt: skip
