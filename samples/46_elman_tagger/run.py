"""A network tags the names in lines of Python: function, parameter, call, attribute, …"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from data import TAGS, Data

import tdsl

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=4, help="how often all lines are read (4)")
parser.add_argument("--modules", type=int, default=60, help="of the library of Python to read (60)")
given = parser.parse_args()

tagger = tdsl.compile(Path(__file__).with_name("tagger.tdsl"))
data = Data(given.modules)
print(f"{len(data.training[0]):,} lines to learn from, {len(data.lines):,} of other modules held out")
print(f"the most frequent tag of each word: {data.share(data.by_word()):.1%} of the names right")

model = tagger.Model(seed=0)
for epoch in range(given.epochs):
    rate = 0.003 * 0.2 ** (epoch / max(given.epochs - 1, 1))
    (cost,) = model.fit(*data.training, epochs=1, batch_size=32, seed=epoch, lr=rate)
    found = model.tag(*data.test[:2])
    print(f"epoch {epoch + 1}: cost {cost:.3f}, network: {data.share(found):.1%} of the names right", flush=True)

random = np.random.default_rng(3)
shown = [place for place in random.permutation(len(data.lines)) if 8 <= len(data.lines[place]) <= 14][:4]
for place in shown:
    print("\n" + " ".join(word for word, _ in data.lines[place]))
    for (word, right), tag in zip(data.lines[place], found[place], strict=False):
        if word.isidentifier() and right != "keyword":
            print(f"    {word:16} {TAGS[tag]:14} {'' if TAGS[tag] == right else f'(right: {right})'}".rstrip())
