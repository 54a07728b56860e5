"""The random sources against the published generator and Python's own normal distribution."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

from tdsl.ops.random import (
    exact_log,
    inverse_normal,
    normal_values,
    orthogonal_values,
    philox,
    uniform_values,
)

MASK = 0xFFFFFFFF


def one_block(counter: list[int], key: list[int]) -> list[int]:
    """Philox4x32-10 as the paper writes it."""
    for _ in range(10):
        p0, p1 = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [(p1 >> 32) ^ counter[1] ^ key[0], p1 & MASK, (p0 >> 32) ^ counter[3] ^ key[1], p0 & MASK]
        key = [(key[0] + 0x9E3779B9) & MASK, (key[1] + 0xBB67AE85) & MASK]
    return counter


def test_known_answers() -> None:
    """From the authors' Random123 distribution."""
    assert one_block([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert one_block([MASK] * 4, [MASK] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]


@pytest.mark.parametrize(("seed", "stream"), [(0, 0), (1, 7), (-3, 2**40 + 5), (2**63 - 1, 1)])
def test_blocks(seed: int, stream: int) -> None:
    high, low = philox(seed, stream, 40)
    for index in range(40):
        key = [seed & MASK, (seed >> 32) & MASK]
        block = one_block([index & MASK, index >> 32, stream & MASK, (stream >> 32) & MASK], key)
        assert [int(high[index]), int(low[index])] == block[:2]


def test_normals_are_quantiles() -> None:
    high, low = philox(5, 3, 3000)
    bits = [(int(h) << 32 | int(lo)) >> 11 for h, lo in zip(high, low, strict=True)]
    expected = [statistics.NormalDist().inv_cdf((b + 0.5) / 2**53) for b in bits]
    np.testing.assert_allclose(normal_values(5, 3, np.float64, (3000,)), expected, rtol=1e-13, atol=1e-15)
    tails = np.array([1e-300, 1e-20, 1e-5, 0.02, 0.5, 0.98, 1 - 1e-5, 1 - 2**-53])
    expected = [statistics.NormalDist().inv_cdf(p) for p in tails.tolist()]
    np.testing.assert_allclose(inverse_normal(tails), expected, rtol=1e-13, atol=1e-15)


def test_logarithm() -> None:
    x = np.random.default_rng(0).uniform(1e-18, 1, 1000)
    np.testing.assert_allclose(exact_log(x), np.log(x), rtol=4e-16, atol=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_uniform(dtype: object) -> None:
    values = uniform_values(9, 1, dtype, (50, 40))
    assert values.shape == (50, 40) and values.min() >= 0 and values.max() < 1
    assert abs(float(values.mean()) - 0.5) < 0.03
    assert (values != uniform_values(10, 1, dtype, (50, 40))).mean() > 0.99


@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (5, 5), (1, 4)])
def test_orthogonal(shape: tuple[int, int]) -> None:
    matrix = orthogonal_values(2, 6, np.float64, shape)
    small = matrix.T @ matrix if shape[0] >= shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(small, np.eye(min(shape)), atol=1e-14)


def test_a_prefix_does_not_depend_on_the_count() -> None:
    assert (normal_values(1, 2, np.float32, (10,)) == normal_values(1, 2, np.float32, (1000,))[:10]).all()
    assert normal_values(1, 2, np.float32, (0,)).shape == (0,)
