"""Deep recursion without the machine's stack: a step that needs the value of an expression yields a request for it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple, TypeAlias, TypeVar

from tdsl.check.values import Scope, Value
from tdsl.syntax import nodes as syntax

T = TypeVar("T")


class Evaluate(NamedTuple):
    """The request of a step; its answer is the value."""

    expression: syntax.Expression
    scope: Scope


Step: TypeAlias = Generator[Evaluate, Value, T]


def run(
    first: Step[T],
    begin: Callable[[syntax.Expression, Scope], Step[Value] | Value],
    done: Callable[[syntax.Expression, Value], None],
) -> T:
    """The result of a step.  `begin` gives the value of an expression or the step that finds it; `done` hears of each
    that was found."""
    stack: list[tuple[Step[Value], syntax.Expression | None]] = [(first, None)]  # type: ignore[list-item]
    answer: Value | None = None
    error: Exception | None = None
    while True:
        step, expression = stack[-1]
        try:
            if error is not None:
                request = step.throw(error)
            else:
                request = step.send(answer)  # type: ignore[arg-type]
        except StopIteration as stop:
            answer, error = stop.value, None
            stack.pop()
            if expression is None:
                return answer  # type: ignore[return-value]
            done(expression, answer)
            continue
        except Exception as problem:
            stack.pop()
            if not stack:
                raise
            error = problem
            continue
        answer = error = None
        try:
            found = begin(*request)
        except Exception as problem:
            error = problem
            continue
        if isinstance(found, Generator):
            stack.append((found, request.expression))
        else:
            answer = found
            done(request.expression, found)
