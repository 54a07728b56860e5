"""The axes along which variables are said to stay equal are those along which they do."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import tdsl
from tdsl.driver import Stages
from tdsl.lint.subject import Subject
from tdsl.lint.symmetry import staying
from tdsl.settings import Settings
from tdsl.source import Source

PROGRAM = Path(__file__).parent / "symmetry.tdsl"


def test_variables_stay_equal_where_it_says_so() -> None:
    text = PROGRAM.read_text()
    stages = Stages(Source(PROGRAM.name, text), Settings(), Path.read_text)
    said = staying(Subject(stages.analysis, stages.program))
    model = tdsl.compile(text, name="symmetry", target="numpy").Model(seed=0)
    rng = np.random.default_rng(0)
    for _ in range(3):
        x, t = rng.normal(size=(7, 3)), rng.normal(size=7)
        for entry in (model.train, model.train_other, model.train_logistic, model.train_factors):
            entry(x, t)
    tried = 0
    for variable in stages.program.variables:
        if variable.kind == "shared":
            values = np.asarray(model[variable.name])
            equal = {
                axis for axis in range(values.ndim) if np.ptp(values, axis=axis).max() < 1e-6 * np.abs(values).max()
            }
            assert equal == said[variable.name], variable.name
            tried += len(equal)
    assert tried > 5
