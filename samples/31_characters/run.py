"""A network reads the documentation of Python, character by character, and then writes some of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from text import batches, columns, decoded, encoded, texts

import tdsl

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=10, help="how often the text is read; more of them write better")
parser.add_argument("--temperature", type=float, default=0.6, help="towards 0 likelier characters, 1 as they were read")
parser.add_argument("--length", type=int, default=700, help="characters to write")
parser.add_argument("--characters", type=int, help="read only the first of the text, to try the sample")
given = parser.parse_args()

characters = tdsl.compile(Path(__file__).with_name("characters.tdsl"))
model = characters.Model(seed=0)
training, held_out = texts()
training = training[: given.characters]
parts = columns(held_out, 8)

print(f"{len(training):,} characters to learn from, {len(held_out):,} held out")
for epoch in range(given.epochs):
    model.forget()
    rate = 0.004 * 0.1 ** (epoch / max(given.epochs - 1, 1))
    costs = [model.train(text, after, lr=rate) for text, after in batches(training, 32, 48)]
    bits = model.bits(parts[:-1], parts[1:])
    print(f"epoch {epoch + 1}: {np.mean(costs) / np.log(2):.2f} bits per character, held out {bits:.3f}", flush=True)

print(f"written at temperature {given.temperature}:")
first = encoded("T")[0]
print(decoded(np.array([first, *model.sample(given.length, first, given.temperature)])))
