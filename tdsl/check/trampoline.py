"""Deep recursion without the machine's stack: a function that would call itself yields the call instead."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

Step = Generator[Any, Any, Any]


def run(step: Any) -> Any:
    """The result of a generator whose yields are further generators, each answered with its result; anything else
    that is yielded is its own answer."""
    if not isinstance(step, Generator):
        return step
    stack: list[Step] = [step]
    answer: Any = None
    error: BaseException | None = None
    while stack:
        try:
            if error is not None:
                raised, error = error, None
                asked = stack[-1].throw(raised)
            else:
                asked = stack[-1].send(answer)
            if isinstance(asked, Generator):
                stack.append(asked)
                answer = None
            else:
                answer = asked
        except StopIteration as stop:
            stack.pop()
            answer = stop.value
        except Exception as problem:
            stack.pop()
            error = problem
    if error is not None:
        raise error
    return answer
