"""Random programs whose conditions are made of values that may fault, which sides of other conditions need too."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import tdsl

ENTRIES, CALLS = 32, 16
INPUTS = ("a", "b", "c")
LISTED = ", ".join(f"{name}: int" for name in INPUTS) + ", p: bool, q: bool"

Value = int | bool
OPERATIONS: dict[str, Callable[[Value, Value], Value]] = {
    "//": operator.floordiv,
    "%": operator.mod,
    "+": operator.add,
    ">=": operator.ge,
}
Step = tuple[str, ...]


def steps(seed: int) -> list[Step]:
    """Each an operation and the names of its operands: inputs, and steps by their numbers."""
    draw = random.Random(seed)
    made: list[Step] = []

    def step(*parts: str) -> str:
        made.append(parts)
        return f"v{len(made) - 1}"

    faulty = [step(draw.choice(["//", "%"]), draw.choice(INPUTS), draw.choice(INPUTS)) for _ in range(2)]
    faulty.append(step("+", faulty[0], draw.choice([*INPUTS, faulty[1]])))
    safe, tests = list(INPUTS), ["p", "q"]
    for _ in range(draw.randrange(2, 7)):
        a, b = draw.choice(faulty), draw.choice([*safe, *faulty])
        safe.append(step("if", draw.choice(tests[-3:]), *draw.sample([a, b], 2)))
        tests.append(step(">=", *draw.sample([safe[-1], draw.choice(INPUTS)], 2)))
        if draw.random() < 0.3:
            faulty.append(step(draw.choice(["//", "+"]), draw.choice(faulty), draw.choice(safe)))
    step("+", safe[-1], safe[-2])
    return made


def text(name: str, made: list[Step]) -> str:
    spelled = [
        f"if {step[1]} then {step[2]} else {step[3]}" if step[0] == "if" else f"{step[1]} {step[0]} {step[2]}"
        for step in made
    ]
    lets = "\n".join(f"    let v{number} = {text}" for number, text in enumerate(spelled))
    return f"entry {name}({LISTED}) -> v{len(made) - 1} {{\n{lets}\n}}\n"


def expected(made: list[Step], values: dict[str, Value]) -> Value:
    """The last step, each computed where it is needed."""

    def value(name: str) -> Value:
        if name not in values:
            kind, *operands = made[int(name[1:])]
            if kind == "if":
                values[name] = value(operands[1] if value(operands[0]) else operands[2])
            else:
                a, b = map(value, operands)
                values[name] = OPERATIONS[kind](a, b)
        return values[name]

    return value(f"v{len(made) - 1}")


@pytest.mark.parametrize("target", ["cpp", "numpy"])
def test_faults_only_where_needed(target: str, tmp_path: Path) -> None:
    programs = {f"e{seed}": steps(seed) for seed in range(ENTRIES)}
    path = tmp_path / f"lazy_{target}.tdsl"
    path.write_text("".join(text(name, made) for name, made in programs.items()))
    module = tdsl.compile(path, target=target)
    draw = np.random.default_rng(1)
    outcomes = set()
    for name, made in programs.items():
        for _ in range(CALLS):
            given: dict[str, Value] = {key: int(draw.integers(-1, 3)) for key in INPUTS}
            given |= {key: bool(draw.integers(2)) for key in "pq"}
            call = getattr(module, name)
            try:
                value = expected(made, dict(given))
            except ZeroDivisionError:
                outcomes.add("fault")
                with pytest.raises(ZeroDivisionError):
                    call(**given)
            else:
                outcomes.add("value")
                assert call(**given) == value, (text(name, made), given)
    assert outcomes == {"fault", "value"}
