"""A network tells lines of Python, C and English apart by their characters."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from data import KINDS, lines, padded

import tdsl

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=6, help="how often all lines are read (6)")
parser.add_argument("--lines", type=int, default=3500, help="of each kind, at most (3500)")
given = parser.parse_args()

network = tdsl.compile(Path(__file__).with_name("lines.tdsl"))
texts, kind = lines(given.lines)
characters, length = padded(texts)
test = slice(0, len(texts) // 7)
training = slice(len(texts) // 7, None)

model = network.Model(seed=0)
for epoch in range(given.epochs):
    rate = 0.005 * 0.2 ** (epoch / max(given.epochs - 1, 1))
    (cost,) = model.fit(
        characters[training], length[training], kind[training], epochs=1, batch_size=64, seed=epoch, lr=rate
    )
    found = model.classify(characters[test], length[test])
    right = np.mean(found == kind[test])
    print(f"epoch {epoch + 1}: cost {cost:.3f}, {right:.1%} of the lines held out are right", flush=True)

longer = np.pad(characters[test], ((0, 0), (0, 20)))
print("padding changes nothing:", np.array_equal(model.classify(longer, length[test]), found))
for verdict in True, False:
    print("right:" if verdict else "wrong:")
    for place in np.flatnonzero((found == kind[test]) == verdict)[:5]:
        print(f"    {KINDS[found[place]]:8} {texts[place]}")
