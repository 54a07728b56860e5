"""Slides "The function of Miku": a network learns which points of the plane lie inside a picture.

    python train.py                         a sharp figure in about two minutes on two cores
    python train.py --lecture               the slide's own settings: sgd, rate 0.01, minibatches of 1000, 100 epochs
    python train.py --photograph astronaut  the same network learns a photograph

The picture that is learned beside the one that was to be learned is written here, as miku.png.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import data
import numpy as np
import photograph
import picture

import tdsl

HERE = Path(__file__).parent
LECTURE_EPOCHS, ADAM_EPOCHS = 100, 24
CHUNK = 5000  # rows of the plane asked at once: what bounds the memory of a picture


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lecture", action="store_true", help="miku.tdsl as on the slide instead of miku_adam.tdsl")
    parser.add_argument("--photograph", metavar="NAME", choices=photograph.NAMES, help="learn this photograph")
    parser.add_argument("--epochs", type=int, help=f"{ADAM_EPOCHS}, or {LECTURE_EPOCHS} with --lecture")
    parser.add_argument("--batch", type=int, default=1000, help="examples in a minibatch (1000)")
    parser.add_argument("--hidden", type=int, default=1000, help="neurons in each of the two layers (1000)")
    parser.add_argument("--patience", type=int, default=10, help="epochs without a better validation cost (10)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=Path("miku.png"))
    given = parser.parse_args()
    given.epochs = given.epochs or (LECTURE_EPOCHS if given.lecture else ADAM_EPOCHS)
    return given


def load(given: argparse.Namespace) -> data.Samples:
    if given.photograph:
        return photograph.load(given.photograph)
    path = Path("miku.txt.gz")
    if not path.exists():
        print(f"writing {path}")
        data.write(path)
    return data.read(path)


def output(model, x: data.Single) -> data.Single:
    return np.concatenate([model.test(x[first : first + CHUNK]) for first in range(0, len(x), CHUNK)])


def early_stopping(validation: data.Samples, patience: int) -> tuple[dict[str, object], Callable[..., bool]]:
    """What did best on the validation set, and the callback of `fit` that keeps it and says when to stop."""
    best: dict[str, object] = {"cost": np.inf, "epoch": 0, "model": None}
    x, y_hat = validation

    def stop(epoch: int, cost: float, model) -> bool:
        y = output(model, x)
        mean_square, right = np.mean((y - y_hat) ** 2), np.mean((y > 0.5) == (y_hat > 0.5))
        print(f"epoch {epoch + 1:3}  cost {cost:.4f}  validation: squared error {mean_square:.5f}  right {right:.2%}")
        if mean_square < best["cost"]:
            best.update(cost=mean_square, epoch=epoch, model=model.copy())
        return epoch - best["epoch"] >= patience

    return best, stop


def main() -> None:
    given = arguments()
    x, y_hat = load(given)
    training, validation = data.split(x, y_hat, validation=0.1)
    steps = given.epochs * -(-len(training[0]) // given.batch)
    print(f"{len(training[0])} points to learn from, {len(validation[0])} to validate; at most {steps} steps")

    name = "miku.tdsl" if given.lecture else "miku_adam.tdsl"
    model = tdsl.compile(HERE / name, defines={"H": given.hidden}).Model(seed=given.seed)
    best, stop = early_stopping(validation, given.patience)
    if given.lecture:
        print("the slide's settings learn slowly: for the first hours all of the plane is of one grey")
        settings = {"lr": 0.01}
    else:
        settings = {"steps": steps}

    start = time.monotonic()
    history = model.fit(
        *training, epochs=given.epochs, batch_size=given.batch, seed=given.seed, callback=stop, **settings
    )
    print(f"{len(history)} epochs in {time.monotonic() - start:.0f} s; epoch {best['epoch'] + 1} was best")

    learned = output(best["model"], x)
    error = np.abs(learned - y_hat)
    print(f"all points: right {np.mean(error < 0.5):.2%}, mean absolute error {error.mean():.4f}")
    side = round(len(x) ** 0.5)
    picture.side_by_side(
        y_hat.reshape(side, side), learned.reshape(side, side), given.output, ink=given.photograph is None
    )
    print(f"written: {given.output}")


if __name__ == "__main__":
    main()
