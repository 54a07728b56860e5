"""Slides "The function of Miku": a network learns which points of the plane lie inside a picture.

    python train.py                         a sharp figure in a few minutes on two cores
    python train.py --lecture               the slide's own settings: sgd, rate 0.01, minibatches of 1000, 100 epochs
    python train.py --photograph astronaut  the same network learns a photograph

The picture and the learned one, side by side, are written here as miku.png; miku.html, the report of the training,
can be watched in a browser meanwhile.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import data
import numpy as np
import photograph
import picture

import tdsl
from tdsl.training import Report

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Recipe:
    program: str
    epochs: int
    batch: int
    expect: str


LECTURE = Recipe(
    "miku.tdsl",
    100,
    1000,
    "22,600 steps, some 10 minutes on two fast cores; plain descent at this rate learns little more than a grey cloud",
)
ADAM = Recipe("miku_adam.tdsl", 10, 250, "two to four minutes on two cores")
PHOTOGRAPH = Recipe("miku_adam.tdsl", 30, 250, "two to four minutes on two cores")
CHUNK = 5000  # rows of the plane asked at once, which bounds the memory of a picture
COARSE = slice(None, None, 3)  # of the rows and columns of a picture in the report


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lecture", action="store_true", help="miku.tdsl as on the slide instead of miku_adam.tdsl")
    parser.add_argument("--photograph", metavar="NAME", choices=photograph.NAMES, help="learn this photograph")
    parser.add_argument(
        "--epochs",
        type=int,
        help=f"{ADAM.epochs}, or {LECTURE.epochs} with --lecture, {PHOTOGRAPH.epochs} for a photograph",
    )
    parser.add_argument("--batch", type=int, help=f"examples in a minibatch: {ADAM.batch}, or {LECTURE.batch}")
    parser.add_argument("--hidden", type=int, default=1000, help="neurons in each of the two layers (1000)")
    parser.add_argument("--patience", type=int, default=5, help="epochs to wait for a better validation (5)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, help="miku.png, or that of the photograph's name")
    given = parser.parse_args()
    given.recipe = LECTURE if given.lecture else PHOTOGRAPH if given.photograph else ADAM
    given.output = given.output or Path(f"{given.photograph or 'miku'}.png")
    given.epochs = given.epochs or given.recipe.epochs
    given.batch = given.batch or given.recipe.batch
    return given


def load(given: argparse.Namespace) -> data.Samples:
    if given.photograph:
        return photograph.load(given.photograph)
    path = Path("miku.txt.gz")
    if not path.exists():
        print(f"writing {path}")
        data.write(path)
    return data.read(path)


def output(model: Any, x: data.Single) -> data.Single:
    return np.concatenate([model.test(x[first : first + CHUNK]) for first in range(0, len(x), CHUNK)])


def drawing_error(error: data.Single) -> str:
    return f"right {np.mean(np.abs(error) < 0.5):.2%}, mean absolute error {np.mean(np.abs(error)):.4f}"


def photograph_error(error: data.Single) -> str:
    return f"mean absolute error {np.mean(np.abs(error)):.4f}, {-10 * np.log10(np.mean(error**2)):.1f} dB"


def main() -> None:
    given = arguments()
    model = tdsl.compile(HERE / given.recipe.program, defines={"H": given.hidden}).Model(seed=given.seed)
    x, y_hat = load(given)
    training, validation = data.split(x, y_hat, validation=0.1)
    steps = given.epochs * -(-len(training[0]) // given.batch)
    print(f"{len(training[0])} points to learn from, {len(validation[0])} held out")
    print(f"{given.recipe.program}: {given.epochs} epochs of minibatches of {given.batch}, {steps} steps")
    if given.epochs == given.recipe.epochs:
        print(f"expect {given.recipe.expect}", flush=True)

    side, ink = round(len(x) ** 0.5), given.photograph is None
    reference, points = y_hat.reshape(side, side), x.reshape(side, side, 2)[COARSE, COARSE]

    def pictures() -> dict[str, object]:
        learned = output(model, points.reshape(-1, 2)).reshape(points.shape[:2])
        return {"reference": picture.grey(reference[COARSE, COARSE], ink), "learned": picture.grey(learned, ink)}

    report = Report(given.output.with_suffix(".html"), pictures)
    print(f"report: {report.path}")
    rate = {"lr": 0.01} if given.lecture else {"steps": steps}
    settings = {"epochs": given.epochs, "batch_size": given.batch, "seed": given.seed}
    if not given.lecture:
        settings |= {"validate": validation, "metrics": "measure", "patience": given.patience}
    print(model.fit(*training, **settings, record=report, **rate))

    learned = output(model, x)
    told = photograph_error if given.photograph else drawing_error
    print(f"all points: {told(learned - y_hat)}")
    picture.side_by_side(reference, learned.reshape(side, side), given.output, ink=ink)
    print(f"written: {given.output}, {given.output.with_suffix('.html')}")


if __name__ == "__main__":
    try:
        main()
    except (tdsl.UserError, ModuleNotFoundError) as error:
        sys.exit(str(error))
