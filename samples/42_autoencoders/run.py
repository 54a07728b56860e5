"""Digits of 8 by 8 pixels: an auto-encoder that restores lost points, one that contracts, and the filters of both."""

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
parser.add_argument("--epochs", type=int, default=300, help="how often to go through the data (300)")
parser.add_argument("--weight", type=float, default=0.1, help="weight of the derivative of the contracting one (0.1)")
options = parser.parse_args()

digits = (load_digits().data / 16)[np.random.default_rng(seed=0).permutation(1797)].astype(np.float32)
train, test = digits[:1500], digits[1500:]

model = tdsl.compile(Path(__file__).with_name("autoencoders.tdsl")).Model(seed=0)
model.fit(train, entry="denoise", epochs=options.epochs, batch_size=50)
model.fit(train, entry="contract", epochs=options.epochs, batch_size=50, weight=options.weight)
for name, (error, slope) in model.figures(test)._asdict().items():
    print(f"{name}, new digits: error {error:.2f} nats, squared derivative of the code {slope:.1f}")


def sheet(pictures: np.ndarray) -> np.ndarray:
    """Eight rows of pictures of 8 by 8 points, with lines between them; the last places may be empty."""
    places = np.full((-(-pictures.size // 512) * 8, 64), 0.5)
    places[: pictures.size // 64] = pictures.reshape(-1, 64)
    framed = np.pad(places.reshape(8, -1, 8, 8), ((0, 0), (0, 0), (1, 0), (1, 0)), constant_values=0.5)
    return framed.transpose(0, 2, 1, 3).reshape(72, -1)


def filters(weights: np.ndarray) -> np.ndarray:
    return sheet(weights.T / abs(weights.T).max(axis=1, keepdims=True) / 2 + 0.5)


restored = np.stack([test[:24], *model.restore(test[:24])], axis=1)
gap = np.full((72, 8), 0.5)
both = np.concatenate([filters(model.denoiser.W), gap, filters(model.contractor.W), gap, sheet(1 - restored)], axis=1)
picture = Image.fromarray(np.pad(255 * both, ((0, 1), (0, 1)), constant_values=127).astype(np.uint8))
picture.resize((5 * picture.width, 5 * picture.height), Image.Resampling.NEAREST).save("autoencoders.png")
print("autoencoders.png: denoising filters; contracting filters; digits, with lost points, restored")
