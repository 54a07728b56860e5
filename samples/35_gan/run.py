"""A network that never sees a digit learns to draw them from the judgement of another one."""

import argparse
import sys
from pathlib import Path

import numpy as np

import tdsl

try:
    from PIL import Image
    from sklearn.datasets import load_digits
    from sklearn.svm import SVC
except ImportError:
    sys.exit("this sample needs scikit-learn and Pillow: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=600, help="how often to go through the data (600)")
options = parser.parse_args()

digits = load_digits()
order = np.random.default_rng(seed=0).permutation(1797)
x, label = (digits.data[order] / 16).astype(np.float32), digits.target[order]
train, test = x[:1500], x[1500:]
classifier = SVC(gamma=0.1, C=10).fit(train, label[:1500])


def distance(pictures: np.ndarray, others: np.ndarray) -> float:
    """The mean distance of each picture from the nearest of the others."""
    return float(np.sqrt(((pictures[:, None] - others) ** 2).sum(axis=2).min(axis=1)).mean())


model = tdsl.compile(Path(__file__).with_name("gan.tdsl")).Model(seed=0)


def report(epoch: int, cost: float, model: object) -> None:
    if (epoch + 1) % max(1, options.epochs // 6) == 0 or epoch + 1 == options.epochs:
        drawn = model.sample(1500)
        share = np.bincount(classifier.predict(drawn), minlength=10) / 1500
        print(f"epoch {epoch + 1:3}: {share.min():.0%} to {share.max():.0%} of each kind, drawn digits ", end="")
        print(f"{distance(drawn, train):.2f} from real ones, new digits {distance(test, drawn):.2f} from drawn ones")


print(f"new digits {distance(test, train):.2f} from the nearest real ones")
model.fit(train, epochs=options.epochs, batch_size=50, callback=report)
framed = np.pad(1 - model.sample(200).reshape(10, 20, 8, 8), ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=1)
picture = Image.fromarray((255 * framed.transpose(0, 2, 1, 3).reshape(100, 200)).astype(np.uint8))
picture.resize((1000, 500), Image.Resampling.NEAREST).save("gan.png")
print("gan.png: digits drawn by the generator")
