"""The random sources against the published generator and Python's own normal distribution."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

from tdsl.ops.random import (
    exact_log,
    inverse_normal,
    orthogonal_values,
    philox,
    random_below,
    random_bits,
    random_word,
    standard_normal,
    standard_truncated_normal,
    unit_interval,
)

from .elementwise import MASK, one_block


def test_known_answers() -> None:
    """From the authors' Random123 distribution."""
    assert one_block([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert one_block([MASK] * 4, [MASK] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]


@pytest.mark.parametrize(("seed", "stream"), [(0, 0), (1, 7), (-3, 2**40 + 5), (2**63 - 1, 1)])
def test_blocks(seed: int, stream: int) -> None:
    indices = [*range(20), 2**32, 2**55 + 1, -(2**63), -1]
    found = philox(seed, stream, indices)
    for place, index in enumerate(indices):
        key, words = [seed & MASK, (seed >> 32) & MASK], index % 2**64
        block = one_block([words & MASK, words >> 32, stream & MASK, (stream >> 32) & MASK], key)
        assert [int(word[place]) for word in found] == block
        assert int(random_word(seed, stream, index)) % 2**64 == block[0] << 32 | block[1]


def test_words_of_arrays() -> None:
    keys, streams = np.arange(6).reshape(2, 3) - 3, np.asarray([2**62, 0, -1])
    found = random_word(keys, streams, 7)
    for at in np.ndindex(2, 3):
        assert found[at] == random_word(keys[at], streams[at[1]], 7)
    assert (random_bits(3, 4, (2, 5)) == random_word(3, 4, np.arange(10)).reshape(2, 5)).all()


def test_products_of_bits() -> None:
    bits = random_bits(1, 2, (200,)).tolist()
    for count in (0, 1, 2, 10, 2**32 - 1, 2**40 + 3, 2**63 - 1, -1, -(2**63)):
        wanted = [(b % 2**64) * (count % 2**64) >> 64 for b in bits]
        assert [found % 2**64 for found in random_below(bits, [count] * 200).tolist()] == wanted


def test_normals_are_quantiles() -> None:
    drawn = random_bits(5, 3, (3000,))
    bits = [word % 2**64 >> 11 for word in drawn.tolist()]
    expected = [statistics.NormalDist().inv_cdf((b + 0.5) / 2**53) for b in bits]
    np.testing.assert_allclose(standard_normal(drawn), expected, rtol=1e-13, atol=1e-15)
    low = statistics.NormalDist().cdf(-2)
    expected = [statistics.NormalDist().inv_cdf(low + (1 - 2 * low) * b / 2**53) for b in bits]
    np.testing.assert_allclose(standard_truncated_normal(drawn), expected, rtol=1e-13, atol=1e-13)


def test_extreme_bits() -> None:
    bits = np.asarray([0, -1, -(2**63), 2**63 - 1])
    np.testing.assert_array_equal(unit_interval(bits), [0, 1 - 2.0**-53, 0.5, 0.5 - 2.0**-53])
    normals = standard_normal(bits)
    expected = [statistics.NormalDist().inv_cdf(p) for p in (2.0**-54, 1 - 2.0**-53, 0.5 + 2.0**-54, 0.5 - 2.0**-54)]
    np.testing.assert_allclose(normals, expected, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(standard_truncated_normal(bits), [-2, 2, 0, 0], rtol=0, atol=1e-14)
    assert np.abs(standard_truncated_normal(bits)).max() <= 2


def test_quantiles() -> None:
    tails = np.array([1e-300, 1e-20, 1e-5, 0.02, 0.5, 0.98, 1 - 1e-5, 1 - 2**-53])
    expected = [statistics.NormalDist().inv_cdf(p) for p in tails.tolist()]
    np.testing.assert_allclose(inverse_normal(tails), expected, rtol=1e-13, atol=1e-15)


def test_logarithm() -> None:
    x = np.random.default_rng(0).uniform(1e-18, 1, 1000)
    np.testing.assert_allclose(exact_log(x), np.log(x), rtol=4e-16, atol=0)


@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (5, 5), (1, 4)])
def test_orthogonal(shape: tuple[int, int]) -> None:
    matrix = orthogonal_values(2, 6, np.float64, shape)
    small = matrix.T @ matrix if shape[0] >= shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(small, np.eye(min(shape)), atol=1e-14)


def test_a_prefix_does_not_depend_on_the_count() -> None:
    assert (random_bits(1, 2, (10,)) == random_bits(1, 2, (1000,))[:10]).all()
    assert random_bits(1, 2, (0, 3)).shape == (0, 3) and random_bits(1, 2, ()).shape == ()
