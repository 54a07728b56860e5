"""Waves of height 0.40 that begin anywhere: a generator that never sees one learns to make them from noise."""

from pathlib import Path

import numpy as np

import tdsl

gan = tdsl.compile(Path(__file__).with_name("gan.tdsl"), float=64)
ANGLE = 2 * np.pi * np.arange(32) / 32


def waves(count: int, random: np.random.Generator) -> np.ndarray:
    return 0.5 + 0.4 * np.sin(ANGLE + random.uniform(0, 2 * np.pi, (count, 1)))


def measured(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The height of each wave, its distance from a wave of that height, and in which eighth of the circle it begins."""
    part = (x - 0.5) @ np.exp(-1j * ANGLE) / 16
    rest = x - 0.5 - (part[:, None] * np.exp(1j * ANGLE)).real
    return abs(part), np.sqrt(np.mean(rest**2, axis=1)), np.floor(np.angle(part) / (np.pi / 4)).astype(int) + 4


random = np.random.default_rng(seed=0)
model = gan.Model(seed=0)
for step in range(601):
    model.train(waves(64, random), lr=0.001 if step < 400 else 0.0002)
    if step % 150 == 0:
        height, rest, eighth = measured(model.sample(2000))
        share = np.bincount(eighth, minlength=8) / 2000
        print(f"step {step:3}: height {height.mean():.2f}, off by {rest.mean():.2f}", end=", ")
        print(f"{share.min():.0%} to {share.max():.0%} begin in each eighth")
