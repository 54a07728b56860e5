"""`std.special` at the ends of its range."""

from __future__ import annotations

import numpy as np
import pytest

from tdsl.ir.interp import evaluate

from .ways import checked, slope

INF, NAN = np.inf, np.nan
# The function, its operands, its value, and its derivative by the first operand.
ENDS = [
    ("xlogy(a, b)", (0, 0), 0, 0),
    ("xlogy(a, b)", (0, INF), 0, 0),
    ("xlogy(a, b)", (0, -1), 0, 0),
    ("xlogy(a, b)", (0, NAN), NAN, NAN),
    ("xlogy(a, b)", (NAN, 0), NAN, -INF),
    ("xlogy(a, b)", (0, 2), 0, np.log(2)),
    ("xlogy(a, b)", (2, 0), -INF, -INF),
    ("xlog1py(a, b)", (0, -1), 0, 0),
    ("xlog1py(a, b)", (0, INF), 0, 0),
    ("xlog1py(a, b)", (0, NAN), NAN, NAN),
    ("xlog1py(a, b)", (2, -1), -INF, -INF),
    ("entr(a)", (0,), 0, 0),
    ("entr(a)", (1,), 0, -1),
    ("entr(a)", (-1,), NAN, NAN),
    ("ndtr(a)", (-INF,), 0, 0),
    ("ndtr(a)", (INF,), 1, 0),
    ("log_ndtr(a)", (-INF,), -INF, INF),
    ("log_ndtr(a)", (INF,), 0, 0),
    ("log_ndtr(a)", (NAN,), NAN, NAN),
    ("ndtri(a)", (0,), -INF, INF),
    ("ndtri(a)", (1,), INF, INF),
    ("ndtri(a)", (2,), NAN, NAN),
    ("logit(a)", (0,), -INF, INF),
    ("logit(a)", (1,), INF, INF),
]


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize(("text", "operands", "value", "derivative"), ENDS)
def test_ends_of_the_range(text: str, operands: tuple[float, ...], value: float, derivative: float, width: int) -> None:
    names = ("a", "b")[: len(operands)]
    (root,), parameters = checked(text, ", ".join(f"{name}: real" for name in names), width)
    values = {name: np.asarray(operand, f"f{width // 8}") for name, operand in zip(names, operands, strict=True)}
    found = evaluate([root, slope(root, parameters[0])], values, {}, {})
    np.testing.assert_allclose(np.array(found, float), [value, derivative], rtol=1e-6)
