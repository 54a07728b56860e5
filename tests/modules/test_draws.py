"""Draws in whole modules: the state `random`, places, calls and elements, and their distributions against exact ones.

Seeds are fixed, so that nothing here depends on chance.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import math
import pickle
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.scripts import folder_of, run

TEXT = """\
use std.nn: dropout
use std.optim: sgd

dim B, N
input x: real[B, N]
shared W: real[7] = normal(0, 0.5)
state calls: int = 0

let noise = normal(zeros_like(x), 1)
fn pair(a, b) = (uniform(a, b), uniform(a, b))
fn twice(x) = normal(x, 1) - normal(x, 1)

entry uniforms(x, low: real, high: real) -> (uniform(x, x + 1), uniform(low, high, (B, N)), uniform(-1, 1, B))
entry normals(x, deviation: real) -> (normal(x, deviation), normal(0, 1, (B, N)), normal(0, 1, N))
entry truncated(x) -> (truncated_normal(x, 2), truncated_normal(0, 1, (B, N)))
entry coins(x, p: real) -> (bernoulli(full_like(x, p)), bernoulli(p, (B, N)), bernoulli(0.25, B))
entry dice(x, low: int, high: int) -> (randint(low, high, (B, N)), randint(-3, 4, N), randint(0, B, (B, 2)))
entry successes(x, n: int, p: real) -> (binomial(n, p, (B, N)), binomial(9, real(x > 0), (B, N)))
entry orders(x) -> (permutation(N), permutation(B), permutation(1), permutation(0))
entry categories(x) -> (categorical(x), categorical(x, 0))
entry numbers() -> (normal(0, 1), uniform(0, 1), bernoulli(0.5), randint(0, 100))
entry places(x) -> (pair(zeros_like(x), 1), pair(zeros_like(x), 1), uniform(zeros_like(x), 1))
entry shared_let(x) -> (noise, noise + 0, grad(sum(noise * x), x), twice(x))
entry once(x) -> (z, z * z, z - stop_grad(z)) {
    let z = normal(x, 1)
}
entry dropped(x, training: bool) -> (dropout(x, 0.25, training), dropout(x, 0.25, true), dropout(x, 0.25, false))
entry slopes(x, s: real) -> grad(mean(normal(x, s) ** 2) + mean(uniform(0, s, (B, N)) ** 3), (x, s))
entry second(x, s: real) -> grad(grad(mean(normal(x, s) ** 4), s), s)
entry pick(x, k: int) -> (normal(x[k], 1), calls) { calls <- calls + 1 }
entry sure(x, fine: bool) -> uniform(x, 2) { assert fine, "not this time" }
entry fixed(x) -> (x * 2, W) { calls <- calls + 1 }
entry walk() { W <- W + normal(zeros_like(W), 1) }
entry learn(x) -> C {
    let C = mean((normal(x, 1) * W[0]) ** 2)
    minimize C with sgd(0.01)
}
entry words(x, key: int) -> (random_bits(key, 3, (B, N)), random_word(key, 3, iota((B, N), 1)), standard_normal(key),
                             unit_interval(key), random_below(key, 10), standard_truncated_normal(key))
"""
ENTRIES: dict[str, tuple[Any, ...]] = {
    "uniforms": (-2.0, 3.5),
    "normals": (0.5,),
    "truncated": (),
    "coins": (0.3,),
    "dice": (-5, 12),
    "successes": (40, 0.3),
    "orders": (),
    "categories": (),
    "places": (),
    "shared_let": (),
    "once": (),
    "dropped": (True,),
    "slopes": (0.7,),
    "second": (0.7,),
    "pick": (0,),
    "sure": (True,),
    "words": (12345,),
}


@pytest.fixture(scope="module")
def native() -> Any:
    return tdsl.compile(TEXT, name="draws", float=64)


@pytest.fixture(scope="module", params=["numpy", "cpp"])
def draws(request: pytest.FixtureRequest) -> Any:
    return tdsl.compile(TEXT, name="draws", target=request.param, float=64)


def fill(*shape: int, width: str = "f8") -> np.ndarray:
    return np.zeros(shape, width)


# The state


def test_the_state_counts_calls_that_draw(draws: Any) -> None:
    model = draws.Model(seed=-5)
    assert model.random.tolist() == [-5, 0] and model.random.dtype == np.int64
    assert "random" in model and model["random"].tolist() == [-5, 0]
    model.numbers()
    model.fixed(fill(2, 3))
    model.dropped(fill(2, 3), False)
    assert model.random.tolist() == [-5, 2] and model.calls == 1
    model.reset(seed=8)
    assert model.random.tolist() == [8, 0]


def test_seeds_and_calls_decide(draws: Any) -> None:
    found = [[draws.Model(seed=seed).numbers() for _ in range(2)] for seed in (0, 1, -1, 2**62)]
    for one, other in found:
        assert one == other
    assert len({one for one, _ in found}) == 4
    model = draws.Model(seed=1)
    told = [model.numbers() for _ in range(50)]
    assert len({one[0] for one in told}) == 50 and told[0] == found[1][0]
    model.random = [1, 3]
    assert [model.numbers() for _ in range(47)] == told[3:]


def test_a_failed_call_draws_the_same_again(draws: Any) -> None:
    model, x = draws.Model(seed=2), fill(3, 4)
    with pytest.raises(AssertionError, match="not this time"):
        model.sure(x, False)
    with pytest.raises(IndexError):
        model.pick(x, 3)
    with pytest.raises(TypeError):
        model.sure(x)
    assert model.random.tolist() == [2, 0]
    first = model.sure(x, True)
    again = draws.Model(seed=2)
    np.testing.assert_array_equal(again.sure(x, True), first)
    assert not np.array_equal(again.sure(x, True), first)


def test_the_state_is_kept(draws: Any, tmp_path: Path) -> None:
    model = draws.Model(seed=3)
    for _ in range(5):
        model.walk()
    model.save(tmp_path / "model.npz")
    others = [draws.Model(seed=9) for _ in range(2)]
    others[0].load(tmp_path / "model.npz")
    others[1].load_state_dict(model.state_dict())
    others += [model.copy(), copy.deepcopy(model)]
    assert model.state_dict()["random"].tolist() == [3, 5]
    model.walk()
    for other in others:
        assert other.random.tolist() == [3, 5]
        other.walk()
        np.testing.assert_array_equal(other.W, model.W)
    assert others[2].numbers() == model.numbers()


def test_models_are_independent(draws: Any) -> None:
    one, other = draws.Model(seed=4), draws.Model(seed=4)
    told = [one.numbers() for _ in range(3)]
    assert [other.numbers() for _ in range(3)] == told


def test_training_draws_anew_in_each_step(draws: Any) -> None:
    x = np.ones((40, 3))
    model, other = draws.Model(seed=5), draws.Model(seed=5)
    model.fit(x, entry="learn", epochs=2, batch_size=10, shuffle=False)
    for start in [0, 10, 20, 30] * 2:
        other.learn(x[start : start + 10])
    assert model.random.tolist() == other.random.tolist() == [5, 8]
    np.testing.assert_array_equal(model.W, other.W)


def test_a_file_that_draws_has_a_model() -> None:
    module = tdsl.compile("entry f() -> uniform(0, 1)\n", name="alone", target="numpy")
    model = module.Model(seed=1)
    assert model.keys() == ["random"] and 0 <= model.f() < 1 and model.random.tolist() == [1, 1]
    assert not hasattr(module, "f")
    plain = tdsl.compile("let unused = uniform(0, 1)\nentry f(x: real) -> x\n", name="plain", target="numpy")
    assert plain.f(2.0) == 2.0 and not hasattr(plain, "Model")


# Bits


SINGLE = ("uniforms", "normals", "truncated", "coins", "dropped")


def test_targets_have_the_same_bits(native: Any) -> None:
    exact = {"uniforms", "truncated", "coins", "dice", "successes", "orders", "places", "once", "dropped", "words"}
    same(native, tdsl.compile(TEXT, name="draws", target="numpy", float=64), exact, "f8")


def test_targets_have_the_same_bits_in_singles() -> None:
    lines = [
        line for line in TEXT.splitlines() if not line.startswith("entry") or line.split()[1].split("(")[0] in SINGLE
    ]
    text = "\n".join(line for line in lines if line.startswith(("use", "dim", "input", "entry")))
    same(
        *(tdsl.compile(text, name="single", target=target) for target in ("cpp", "numpy")),
        set(SINGLE) - {"normals"},
        "f4",
    )


def same(one: Any, other: Any, exact: set[str], width: str) -> None:
    """Whether two modules draw the same; some entries to the bit."""
    random, models = np.random.default_rng(1), [module.Model(seed=6) for module in (one, other)]
    for shape in [(0, 3), (3, 0), (1, 1), (1, 7), (2, 8), (3, 9), (15, 1), (2, 16), (17, 5), (33, 65)]:
        x = random.normal(size=shape).astype(width)
        for name, given in ENTRIES.items():
            empty = 0 in shape and name in ("categories", "pick", "slopes", "second")
            if empty or not hasattr(models[0], name):
                continue
            for found, wanted in zip(*(flat(getattr(model, name)(x, *given)) for model in models), strict=True):
                assert found.dtype == wanted.dtype and found.shape == wanted.shape
                if name in exact:
                    np.testing.assert_array_equal(found, wanted)
                else:
                    np.testing.assert_allclose(found, wanted, rtol=1e-5 if width == "f4" else 1e-12, atol=1e-6)
    assert models[0].random.tolist() == models[1].random.tolist()


def test_updates_draw_from_the_state_before_the_call(native: Any) -> None:
    other = tdsl.compile(TEXT, name="draws", target="numpy", float=64)
    models = [module.Model(seed=23) for module in (native, other)]
    for _ in range(4):
        for model in models:
            model.walk()
        np.testing.assert_allclose(models[0].W, models[1].W, rtol=1e-14)
        assert models[0].random.tolist() == models[1].random.tolist()


def flat(value: Any) -> list[np.ndarray]:
    return [part for item in value for part in flat(item)] if isinstance(value, tuple) else [np.asarray(value)]


def test_threads_have_the_same_bits(native: Any) -> None:
    script = f"""
import hashlib, sys
import numpy as np
sys.path.insert(0, {folder_of(native)!r})
import draws
found, model, x = hashlib.sha256(), draws.Model(seed=7), np.ones((1237, 91))
def add(value):
    for part in value if isinstance(value, tuple) else [value]:
        add(part) if isinstance(part, tuple) else found.update(np.asarray(part).tobytes())
for name, given in {ENTRIES!r}.items():
    add(getattr(model, name)(x, *given))
print(found.hexdigest())
"""
    found = {run(script, TDSL_NUM_THREADS=count) for count in ("1", "2", "3", "8")}
    assert len(found) == 1 and len(found.pop()) == len(hashlib.sha256().hexdigest())


def test_widths_draw_the_same_numbers(draws: Any) -> None:
    single = tdsl.compile("dim B\nentry f(x: f32[B]) -> (normal(x, 1), uniform(x, 1), bernoulli(x))\n", target="numpy")
    double = tdsl.compile("dim B\nentry f(x: f64[B]) -> (normal(x, 1), uniform(x, 1), bernoulli(x))\n", target="numpy")
    one, other = (module.Model(seed=8).f(np.full(100, 0.5)) for module in (single, double))
    np.testing.assert_allclose(one[0], other[0], rtol=1e-6, atol=1e-7)
    assert np.abs(other[1] - one[1]).max() < 2.0**-23
    np.testing.assert_array_equal(one[2], other[2])


# Places


def test_each_place_draws_its_own(draws: Any) -> None:
    (a, b), (c, d), e = draws.Model(seed=9).places(fill(40, 50))
    for one, other in itertools.combinations([a, b, c, d, e], 2):
        assert np.abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.08
        assert (one != other).all()


def test_a_let_is_one_value(draws: Any) -> None:
    x = np.random.default_rng(2).normal(size=(5, 6))
    noise, again, slope, difference = draws.Model(seed=10).shared_let(x)
    np.testing.assert_array_equal(again, noise)
    np.testing.assert_array_equal(slope, noise)
    assert (difference != 0).all()
    z, square, rest = draws.Model(seed=10).once(x)
    np.testing.assert_array_equal(square, z * z)
    assert not rest.any()


def test_a_value_does_not_depend_on_the_size(draws: Any) -> None:
    one, other = (draws.Model(seed=11).normals(fill(rows, 3), 1.0)[1] for rows in (4, 9))
    np.testing.assert_array_equal(one, other[:4])


# Derivatives


def test_derivatives_pass_through_draws(draws: Any) -> None:
    x, s, step = np.random.default_rng(3).normal(size=(4, 5)), 0.7, 1e-6

    by_x, by_s = draws.Model(seed=12).slopes(x, s)
    again_x, again_s = draws.Model(seed=12).slopes(x, s)
    np.testing.assert_array_equal(by_x, again_x)
    assert by_s == again_s
    # d mean((x + s z)^2) / dx = 2 (x + s z) / n: it gives z, and with it the derivative by s.
    z = (by_x * x.size / 2 - x) / s
    assert 0.5 < z.std() < 1.6
    of_uniform = by_s - np.mean(2 * (x + s * z) * z)
    assert 0.2 * s**2 < of_uniform < 2.5 * s**2
    larger, smaller = (float(np.mean((x + t * z) ** 2)) for t in (s + step, s - step))
    np.testing.assert_allclose(by_s - of_uniform, (larger - smaller) / (2 * step), rtol=1e-8)


def test_second_derivatives(draws: Any) -> None:
    x, s = np.zeros((30, 40)), 0.7
    found = draws.Model(seed=13).second(x, s)
    np.testing.assert_allclose(found, 12 * s**2 * 3, rtol=0.3)  # the fourth moment is 3


# Distributions


def normal_below(z: np.ndarray) -> np.ndarray:
    return np.asarray([statistics.NormalDist().cdf(one) for one in z.ravel()]).reshape(z.shape)


def furthest(values: np.ndarray, below: Callable[[np.ndarray], np.ndarray]) -> float:
    """The statistic of Kolmogorov and Smirnov, times the root of the count: beyond 1.95 with probability 0.001."""
    values = np.sort(values.ravel())
    count, exact = len(values), below(values)
    steps = np.arange(count + 1) / count
    return math.sqrt(count) * float(max(np.abs(exact - steps[:-1]).max(), np.abs(exact - steps[1:]).max()))


def chi_square(counts: np.ndarray, probabilities: np.ndarray) -> float:
    """The statistic as a standard normal number (E. B. Wilson, M. M. Hilferty, 1931)."""
    wanted = probabilities * counts.sum()
    found = float(((counts - wanted) ** 2 / wanted).sum())
    part = 2 / (9 * (len(counts) - 1))
    return ((found / (len(counts) - 1)) ** (1 / 3) - 1 + part) / math.sqrt(part)


SAMPLES = (500, 400)
CONTINUOUS: dict[str, Callable[[Any, np.ndarray], tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]]] = {
    "uniform": lambda m, x: (m.uniforms(x, -2.0, 3.5)[1], lambda u: (u + 2) / 5.5),
    "uniform of arrays": lambda m, x: (m.uniforms(x, 0.0, 1.0)[0], lambda u: u),
    "normal": lambda m, x: (m.normals(x, 0.5)[0], lambda z: normal_below(z / 0.5)),
    "truncated normal": lambda m, x: (
        m.truncated(x)[0],
        lambda z: (normal_below(z / 2) - normal_below(np.full(z.shape, -2.0))) / 0.9544997361036416,
    ),
}


@pytest.mark.parametrize("what", CONTINUOUS)
def test_distributions(draws: Any, what: str) -> None:
    values, below = CONTINUOUS[what](draws.Model(seed=14), fill(*SAMPLES))
    assert furthest(values, below) < 1.95
    # Neighbours along both axes, and elements far apart.
    u = below(values) - 0.5
    for one, other in [(u[:, 1:], u[:, :-1]), (u[1:], u[:-1]), (u[::2], u[1::2]), (u[:250], u[250:])]:
        assert abs(12 * float((one * other).mean())) * math.sqrt(one.size) < 3.3
    pairs = np.histogram2d(below(values[:, 1:]).ravel(), below(values[:, :-1]).ravel(), 16, [[0, 1], [0, 1]])[0]
    assert chi_square(pairs.ravel(), np.full(256, 1 / 256)) < 4


def test_moments(draws: Any) -> None:
    z = draws.Model(seed=15).normals(fill(1000, 400), 1.0)[1]
    for power, (moment, variance) in {1: (0, 1), 2: (1, 2), 3: (0, 15), 4: (3, 96), 6: (15, 10170)}.items():
        assert abs((z**power).mean() - moment) < 4 * math.sqrt(variance / z.size)
    u = draws.Model(seed=15).uniforms(fill(1000, 400), 0.0, 1.0)[1]
    for power in (1, 2, 5):
        deviation = math.sqrt((1 / (2 * power + 1) - 1 / (power + 1) ** 2) / u.size)
        assert abs((u**power).mean() - 1 / (power + 1)) < 4 * deviation


def test_bits_are_even(draws: Any) -> None:
    """Each of 64 bits, each pair of neighbours, and the words of successive calls."""
    words = draws.Model(seed=0).words(fill(200, 100), 99)[0].astype(np.int64).view(np.uint8).reshape(-1, 8)
    bits = np.unpackbits(words, axis=1).astype(np.float64)
    assert np.abs(bits.mean(0) - 0.5).max() < 4.2 * 0.5 / math.sqrt(len(bits))
    centred = bits * 2 - 1
    assert np.abs(centred.T @ centred - len(bits) * np.eye(64)).max() < 4.6 * math.sqrt(len(bits))


def test_calls_are_independent(draws: Any) -> None:
    model = draws.Model(seed=16)
    calls = np.stack([model.uniforms(fill(20, 50), 0.0, 1.0)[1].ravel() for _ in range(60)]) - 0.5
    correlation = 12 * calls @ calls.T / calls.shape[1]
    np.fill_diagonal(correlation, 0)
    assert np.abs(correlation).max() * math.sqrt(calls.shape[1]) < 4.6
    assert furthest(calls[:, 0] + 0.5, lambda u: u) < 1.95
    seeds = np.stack([draws.Model(seed=s).uniforms(fill(1, 50), 0.0, 1.0)[1].ravel() for s in range(400)])
    assert furthest(seeds[:, 0], lambda u: u) < 1.95 and furthest(seeds, lambda u: u) < 1.95


def test_bools(draws: Any) -> None:
    for p in (0.0, 0.3, 0.999, 1.0):
        for values in draws.Model(seed=17).coins(fill(*SAMPLES), p)[:2]:
            assert abs(values.mean() - p) <= 4 * math.sqrt(p * (1 - p) / values.size)
    assert abs(draws.Model(seed=17).coins(fill(100_000, 1), 0.5)[2].mean() - 0.25) < 0.006
    # Beyond 0 … 1 there is nothing more than never and always.
    assert not draws.Model().coins(fill(9, 9), -0.5)[0].any() and draws.Model().coins(fill(9, 9), 1.5)[0].all()
    assert not draws.Model().coins(fill(9, 9), math.nan)[0].any()


def test_integers(draws: Any) -> None:
    for low, high in ((0, 2), (-5, 12), (10**12, 10**12 + 300)):
        values = draws.Model(seed=18).dice(fill(*SAMPLES), low, high)[0]
        assert values.min() == low and values.max() == high - 1
        counts = np.bincount((values - low).ravel(), minlength=high - low)
        assert chi_square(counts, np.full(high - low, 1 / (high - low))) < 4
    assert set(draws.Model().dice(fill(5, 400), 0, 1)[1].tolist()) == set(range(-3, 4))
    assert (draws.Model().dice(fill(5, 5), 7, 7)[0] == 7).all() and (
        draws.Model().dice(fill(5, 5), 7, -7)[0] == 7
    ).all()
    wide = draws.Model(seed=19).dice(fill(*SAMPLES), -(2**63), 2**63 - 1)[0]
    assert furthest(wide / 2.0**64 + 0.5, lambda u: u) < 1.95


def test_successes(draws: Any) -> None:
    for n, p in ((1, 0.3), (5, 0.5), (30, 0.123), (200, 0.9), (999, 0.001)):
        found = draws.Model(seed=24).successes(fill(100, 300), n, p)[0]
        exact = np.asarray([math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])
        likely = exact * found.size > 10
        counts = np.bincount(found.ravel(), minlength=n + 1)
        assert counts[~likely].sum() <= 10 + 20 * exact[~likely].sum() * found.size
        assert chi_square(counts[likely], exact[likely] / exact[likely].sum()) < 4
    for n, p in ((2048, 0.5), (2049, 0.5), (10**6, 0.3), (10**15, 1e-12), (2**62, 0.7)):
        found = draws.Model(seed=25).successes(fill(100, 300), n, p)[0].astype(float)
        deviation = math.sqrt(n * p * (1 - p))
        assert abs(found.mean() - n * p) < 4 * deviation / math.sqrt(found.size)
        assert abs(found.std() / deviation - 1) < 4 / math.sqrt(2 * found.size)
        skew = (1 - 2 * p) / deviation
        assert abs((((found - n * p) / deviation) ** 3).mean() - skew) < 4 * math.sqrt(15 / found.size)
    model = draws.Model()
    for n, p, wanted in (
        (0, 0.5, 0),
        (-4, 1.0, 0),
        (7, 0.0, 0),
        (7, -1.0, 0),
        (7, 1.0, 7),
        (7, 3.0, 7),
        (7, math.nan, 0),
    ):
        assert (model.successes(fill(3, 3), n, p)[0] == wanted).all()


def test_permutations(draws: Any) -> None:
    model = draws.Model(seed=26)
    for n in (1, 2, 31, 32, 33, 1000, 70_001):
        assert (np.sort(model.orders(fill(1, n))[0]) == np.arange(n)).all()
    orders = [tuple(model.orders(fill(1, 4))[0].tolist()) for _ in range(4000)]
    counts = np.asarray([orders.count(one) for one in itertools.permutations(range(4))])
    assert counts.sum() == 4000 and chi_square(counts, np.full(24, 1 / 24)) < 4
    first, second, *_ = model.orders(fill(3000, 3000))
    assert (first != second).mean() > 0.99
    for order in (first, second):
        assert abs(np.corrcoef(order, np.arange(3000))[0, 1]) < 0.07
        assert (order == np.arange(3000)).sum() < 8


def test_categories(draws: Any) -> None:
    weights = np.asarray([1, 2, 3, 4, 0, 6.0])
    with np.errstate(divide="ignore"):
        logits = np.log(weights) + 700
    found, _ = draws.Model(seed=20).categories(np.tile(logits, (50_000, 1)))
    assert found.shape == (50_000,) and found.dtype == np.int64
    counts = np.bincount(found, minlength=6)
    assert counts[4] == 0
    assert chi_square(counts[weights > 0], weights[weights > 0] / weights.sum()) < 4
    _, along = draws.Model(seed=20).categories(np.tile(logits[:, None], (1, 50_000)))
    assert chi_square(np.bincount(along, minlength=6)[weights > 0], weights[weights > 0] / weights.sum()) < 4
    far = np.asarray([[0.0, -1000.0, -math.inf], [-math.inf, -math.inf, 3.0]])
    assert draws.Model().categories(far)[0].tolist() == [0, 2]


def test_dropout(draws: Any) -> None:
    x = np.random.default_rng(4).normal(size=(300, 300)) + 5
    for training in (True, False):
        chosen, always, never = draws.Model(seed=21).dropped(x, training)
        np.testing.assert_array_equal(never, x)
        if not training:
            np.testing.assert_array_equal(chosen, x)
        for dropped in [always, *([chosen] if training else [])]:
            kept = dropped != 0
            np.testing.assert_array_equal(dropped[kept], (x / 0.75)[kept])
            assert abs(kept.mean() - 0.75) < 4 * math.sqrt(0.1875 / x.size)


def test_models_that_draw_are_pickled(draws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "draws", draws)
    model = draws.Model(seed=22)
    model.walk()
    assert pickle.loads(pickle.dumps(model)).numbers() == model.numbers()
