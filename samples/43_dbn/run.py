"""Boltzmann machines on top of each other learn digits of 8 by 8 points, then a few labels."""

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
parser.add_argument("--epochs", type=int, default=100, help="of each machine, on pictures without labels (100)")
parser.add_argument("--labels", type=int, default=50, help="pictures with labels, up to 300 (50)")
parser.add_argument("--finetuning", type=int, default=300, help="epochs on these (300)")
options = parser.parse_args()
if options.epochs < 1 or not 1 <= options.labels <= 300:
    parser.error("it takes at least one epoch, and from 1 to 300 labels")

digits = load_digits()
order = np.random.default_rng(seed=0).permutation(1797)
x, label = (digits.data[order] / 16).astype(np.float32), digits.target[order]
train, test, wanted = x[:1500], x[1500:], label[1500:]

model = tdsl.compile(Path(__file__).with_name("dbn.tdsl")).Model(seed=0)
random = model.state_dict()
for number in range(len(model.pretrain)):
    errors = model.fit(train, entry=f"pretrain[{number}]", epochs=options.epochs, batch_size=20)
    print(f"machine {number}: error {errors[0]:.3f}, after {len(errors)} epochs {errors[-1]:.3f}")
pretrained = model.state_dict()


def accuracy(values: dict[str, object], rows: slice, epochs: int) -> float:
    """Of new digits, after a training that begins with these values."""
    model.load_state_dict(values)
    model.fit(x[rows], label[rows], entry="finetune", epochs=epochs, batch_size=10)
    return float(np.mean(model.classify(test) == wanted))


few = [slice(first, first + options.labels) for first in range(0, 1500, 300)]
for name, values in ("at random", random), ("pretrained", pretrained):
    right = np.mean([accuracy(values, rows, options.finetuning) for rows in few])
    print(f"begun {name}, with {options.labels} labels: {right:.1%} of new digits right")
print(f"begun pretrained, with 1500 labels: {accuracy(pretrained, slice(1500), 50):.1%} of new digits right")
