"""Digits of 8 by 8 points, few of them with labels: layers that have learned to restore pictures need no more."""

import argparse
import sys
from pathlib import Path

import numpy as np

import tdsl

try:
    from sklearn.datasets import load_digits
except ImportError:
    sys.exit("this sample needs scikit-learn: pip install 'tdsl[samples]'")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=150, help="of each layer, on pictures without labels (150)")
parser.add_argument("--labels", type=int, default=50, help="pictures with labels, up to 300 (50)")
parser.add_argument("--steps", type=int, default=300, help="of training on these (300)")
options = parser.parse_args()
if options.epochs < 1 or not 1 <= options.labels <= 300:
    parser.error("it takes at least one epoch, and from 1 to 300 labels")

digits = load_digits()
order = np.random.default_rng(seed=0).permutation(1797)
x, label = (digits.data[order] / 16).astype(np.float32), digits.target[order]
train, test, wanted = x[:1500], x[1500:], label[1500:]

model = tdsl.compile(Path(__file__).with_name("stacked.tdsl")).Model(seed=0)
random = model.state_dict()
for number in range(len(model.pretrain)):
    losses = model.fit(train, entry=f"pretrain[{number}]", epochs=options.epochs, batch_size=20, lr=0.05)
    print(f"layer {number}: loss {losses[0]:.1f}, after {len(losses)} epochs {losses[-1]:.1f}")
pretrained = model.state_dict()


def accuracy(values: dict[str, object]) -> float:
    """The mean of five trainings that begin with these values, with different labels each."""
    right = []
    for first in range(0, 1500, 300):
        rows = slice(first, first + options.labels)
        model.load_state_dict(values)
        model.fit(x[rows], label[rows], entry="finetune", epochs=options.steps, batch_size=None, lr=0.3)
        right.append(np.mean(model.classify(test) == wanted))
    return float(np.mean(right))


for name, values in ("at random", random), ("pretrained", pretrained):
    print(f"begun {name}, with {options.labels} labels: {accuracy(values):.1%} of new digits right")
