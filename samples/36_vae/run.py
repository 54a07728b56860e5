"""A network finds a plane for digits of 8 by 8 points: near each other they look alike, and each place has a digit."""

import argparse
import sys
from pathlib import Path

import numpy as np

import tdsl

try:
    import matplotlib.pyplot as plt
    from scipy.stats import norm
    from sklearn.datasets import load_digits
except ImportError:
    sys.exit("this sample needs scikit-learn and matplotlib: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=300, help="how often to go through the data (300)")
options = parser.parse_args()

digits = load_digits()
order = np.random.default_rng(seed=0).permutation(1797)
x, label = (digits.data[order] >= 8).astype(np.float32), digits.target[order]
train, test = x[:1500], x[1500:]

model = tdsl.compile(Path(__file__).with_name("vae.tdsl")).Model(seed=0)


def bound(pictures: np.ndarray) -> float:
    return float(np.mean([model.bound(pictures) for _ in range(100)]))


def report(epoch: int, cost: float, model: object) -> None:
    if (epoch + 1) % max(1, options.epochs // 5) == 0 or epoch + 1 == options.epochs:
        print(f"epoch {epoch + 1:3}: evidence bound {-cost:.2f} nats, of new digits {bound(test):.2f}")


model.fit(train, epochs=options.epochs, batch_size=50, callback=report)

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 5), layout="constrained")


def sheet(pictures: np.ndarray) -> np.ndarray:
    """144 pictures of 8 by 8 points in 12 rows, with space between them."""
    spaced = np.pad(pictures.reshape(12, 12, 8, 8), ((0, 0), (0, 0), (1, 1), (1, 1)))
    return spaced.transpose(0, 2, 1, 3).reshape(120, 120)


left.imshow(sheet(model.sample(144)), cmap="gray_r")
left.set(title="drawn", xticks=[], yticks=[])
place = norm.ppf((np.arange(12) + 0.5) / 12)
codes = model.encode(test)
places = np.zeros((144, codes.shape[1]))  # the plane of the first two numbers of a code, where it has more
places[:, :2] = [[u, v] for v in place[::-1] for u in place]
middle.imshow(sheet(model.draw(places)), cmap="gray_r")
middle.set(title="the plane", xticks=[], yticks=[])
points = right.scatter(*norm.cdf(codes[:, :2]).T, c=label[1500:], cmap="tab10", s=14)
right.set(title="new digits in the plane", xlim=(0, 1), ylim=(0, 1), aspect="equal", xticks=[], yticks=[])
figure.colorbar(points, ticks=range(10))
figure.savefig("vae.png", dpi=80)
print("vae.png: digits drawn by the model, its plane, and the places of new digits there")
