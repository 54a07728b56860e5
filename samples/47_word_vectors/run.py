"""Vectors of the words of Python's documentation: the nearest neighbours of some, and a map of them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from data import Pairs

import tdsl

try:
    import matplotlib.pyplot as plt
except ImportError:
    sys.exit("this sample needs matplotlib: pip install 'tdsl[samples]'")

GROUPS = [
    ["int", "float", "string", "list", "tuple", "dictionary", "bytes", "complex"],
    ["first", "last", "next", "second", "previous"],
    ["method", "function", "class", "module", "attribute", "argument"],
    ["return", "raise", "call", "write", "read", "create", "set", "get"],
    ["file", "directory", "path", "filename", "socket", "server", "http"],
    ["one", "two", "three", "zero"],
]

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=5, help="how often all pairs are read (5)")
parser.add_argument("--sentences", type=int, help="read only the first so many, to try the sample")
given = parser.parse_args()

vectors = tdsl.compile(Path(__file__).with_name("vectors.tdsl"))
model = vectors.Model(seed=0)
data = Pairs(len(model.E), given.sentences)
model.below = data.below
print(f"{data.training.shape[1]:,} pairs of near words, {data.held_out.shape[1]:,} held out")
for epoch in range(given.epochs):
    rate = 0.003 * (1 - epoch / given.epochs)
    (cost,) = model.fit(*data.training, epochs=1, batch_size=256, seed=epoch, lr=rate)
    measure = model.likelihood(*data.held_out, data.noise)
    print(f"epoch {epoch + 1}: log-likelihood {cost:.3f}, of pairs held out {measure:.3f}", flush=True)

for word in "list", "first", "method", "file", "returns", "two":
    near, cosines = model.nearest(data.places[word], 7)
    found = [f"{data.words[place]} {cosine:.2f}" for place, cosine in zip(near, cosines, strict=True)]
    print(f"{word:8} {', '.join(found[1:])}")

shown = [[word for word in group if word in data.places] for group in GROUPS]
normed = model.E / np.linalg.norm(model.E, axis=1, keepdims=True)
chosen = normed[[data.places[word] for group in shown for word in group]]
chosen = chosen - chosen.mean(axis=0)
plane = chosen @ np.linalg.svd(chosen, full_matrices=False)[2][:2].T
figure, axes = plt.subplots(figsize=(9, 7), layout="constrained")
start = 0
for group in shown:
    x, y = plane[start : start + len(group)].T
    dots = axes.scatter(x, y)
    for word, *place in zip(group, x, y, strict=True):
        axes.annotate(word, place, xytext=(4, 3), textcoords="offset points", color=dots.get_facecolor()[0])
    start += len(group)
axes.set_title("words of Python's documentation along the two main directions of their vectors")
figure.savefig("words.png", dpi=80)
print("words.png: a map of some words")
