"""A Boltzmann machine learns digits of 8 by 8 points, shows its filters, and draws digits of its own."""

import argparse
import sys
from pathlib import Path

import numpy as np

import tdsl

try:
    from PIL import Image
    from sklearn.datasets import load_digits
except ImportError:
    sys.exit("this sample needs scikit-learn and Pillow: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=600, help="how often to go through the data (600)")
parser.add_argument("--rate", type=float, default=0.1, help="learning rate at first, which falls to 0 (0.1)")
parser.add_argument("--contrastive", action="store_true", help="chains begin at the data instead of where they ended")
options = parser.parse_args()


def sheet(pictures: np.ndarray) -> np.ndarray:
    """Eight rows of pictures of 8 by 8 points, with lines between them; the last places may be empty."""
    places = np.full((-(-pictures.size // 512) * 8, 64), 0.5)
    places[: pictures.size // 64] = pictures.reshape(-1, 64)
    framed = np.pad(places.reshape(8, -1, 8, 8), ((0, 0), (0, 0), (1, 0), (1, 0)), constant_values=0.5)
    return framed.transpose(0, 2, 1, 3).reshape(72, -1)


digits = (load_digits().data >= 8)[np.random.default_rng(seed=0).permutation(1797)].astype(np.float32)
train, test = digits[:1500], digits[1500:]

model = tdsl.compile(Path(__file__).with_name("rbm.tdsl")).Model(seed=0)
entry = "train" if options.contrastive else "train_persistent"
for epoch in range(options.epochs):
    rate = options.rate * (1 - epoch / options.epochs)
    (error,) = model.fit(train, entry=entry, epochs=1, batch_size=50, seed=epoch, lr=rate)
    if (epoch + 1) % max(1, options.epochs // 6) == 0:
        print(f"epoch {epoch + 1:3}: {error:.1%} of the points restored wrongly, ", end="")
        print(f"log pseudo-likelihood {model.pseudo_likelihood(train):.2f}")
print(f"log pseudo-likelihood of new digits {model.pseudo_likelihood(test):.2f}")

chains = np.random.default_rng(seed=1).integers(0, 2, (8, 64))
rows = []
for _ in range(8):
    drawn, chains = model.sample(chains, 200)
    rows.append(drawn)
filters = model.W.T / abs(model.W.T).max(axis=1, keepdims=True)
both = np.concatenate([sheet(filters / 2 + 0.5), np.full((72, 8), 0.5), sheet(1 - np.concatenate(rows))], axis=1)
picture = Image.fromarray(np.pad(255 * both, ((0, 1), (0, 1)), constant_values=127).astype(np.uint8))
picture.resize((6 * picture.width, 6 * picture.height), Image.Resampling.NEAREST).save("rbm.png")
print("rbm.png: the filters; eight chains that began at noise, one row for each 200 steps")
