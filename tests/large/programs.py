"""Texts of large programs, each of a size that is asked for; `python -m tests.large.programs NAME SIZE` prints one."""

from __future__ import annotations

import sys
from collections.abc import Callable


def network(layers: int) -> str:
    """A multilayer perceptron of equal layers, with the gradient of its cost and an update of every parameter."""
    lines = ["use std.optim: sgd", "dim B", "const H = 16", "input x: real[B, H]", "input t: real[B, H]", "let a0 = x"]
    for layer in range(1, layers + 1):
        lines.append(f"shared W{layer}: real[H, H] = normal(0, 0.3)")
        lines.append(f"shared b{layer}: real[H] = 0")
        lines.append(f"let a{layer} = tanh(a{layer - 1} @ W{layer} + b{layer})")
    lines.append(f"cost C = mean((a{layers} - t) ** 2)")
    lines.append("entry train(x, t, lr: real = 0.01) -> C {\n    minimize C with sgd(lr)\n}")
    lines.append(f"entry test(x) -> a{layers}")
    return "\n".join(lines) + "\n"


def chain(length: int) -> str:
    """Vectors, each made of the one before by another operation."""
    forms = ("tanh({})", "{} * {number}.5", "{} + x", "exp(-abs({}))", "sqrt(abs({}) + 1)", "maximum({}, 0.25)")
    lines = ["dim N", "input x: real[N]", "let v0 = x"]
    for number in range(1, length + 1):
        form = forms[number % len(forms)].format(f"v{number - 1}", number=number)
        lines.append(f"let v{number} = {form}")
    return "\n".join([*lines, f"entry f(x) -> v{length}"]) + "\n"


def lattice(width: int, depth: int) -> str:
    """Rows of vectors, each made of two of the row before, so that every value is shared."""
    lines = ["dim N", "input x: real[N]"]
    lines += [f"let v0_{column} = x * {column + 1}.0" for column in range(width)]
    for row in range(1, depth + 1):
        for column in range(width):
            left, right = f"v{row - 1}_{column}", f"v{row - 1}_{(column + 1) % width}"
            lines.append(f"let v{row}_{column} = sin({left}) {'+-*'[row % 3]} {right}")
    results = ", ".join(f"v{depth}_{column}" for column in range(width))
    return "\n".join([*lines, f"entry f(x) -> ({results})"]) + "\n"


def long_sum(terms: int) -> str:
    """One expression with that many terms, all of them different."""
    return "entry f(x: real) -> " + " + ".join(f"x * {number}" for number in range(1, terms + 1)) + "\n"


def nested(depth: int) -> str:
    return "entry f(x: real) -> " + "(" * depth + "x" + ")" * depth + "\n"


def choices(depth: int) -> str:
    """Branches in branches, each in the second side of the one before."""
    sides = "".join(f"if x < {number} then {number}.5 else " for number in range(depth))
    return f"entry f(x: real) -> {sides}x\n"


def choices_first(depth: int) -> str:
    """Branches in branches, each in the first side of the one before."""
    return "entry f(x: real) -> " + "if x < 1 then (" * depth + "x" + ") else 2.0" * depth + "\n"


def parameters(count: int) -> str:
    names = [f"x{number}" for number in range(count)]
    return f"entry f({', '.join(f'{name}: real' for name in names)}) -> {' + '.join(names)}\n"


def dims(count: int) -> str:
    """Arguments that each have a size of their own."""
    sizes = "".join(f"dim D{number}\n" for number in range(count))
    return f"{sizes}entry f({', '.join(f'x{number}: real[D{number}]' for number in range(count))}) -> x0\n"


def entries(count: int) -> str:
    return "\n".join(f"entry f{number}(x: real) -> x * {number}" for number in range(count)) + "\n"


def counters(count: int) -> str:
    """Scalars that a call replaces, each by itself."""
    lines = [f"shared w{number}: real = {number}" for number in range(count)]
    steps = [f"    w{number} <- w{number} + 1" for number in range(count)]
    return "\n".join([*lines, "entry f() -> w0 {", *steps, "}"]) + "\n"


def results(count: int) -> str:
    return f"entry f(x: real) -> ({', '.join(f'x + {number}' for number in range(count))})\n"


def arguments(count: int) -> str:
    names = [f"x{number}" for number in range(count)]
    return f"fn f({', '.join(names)}) = {' + '.join(names)}\nentry e(x: real) -> f({', '.join(['x'] * count)})\n"


def elements(count: int) -> str:
    return f"entry f(x: real) -> sum([{', '.join(f'x + {number}' for number in range(count))}])\n"


PROGRAMS: dict[str, Callable[[int], str]] = {
    "network": network,
    "chain": chain,
    "lattice": lambda size: lattice(100, max(1, size // 100)),
    "long_sum": long_sum,
    "nested": nested,
    "choices": choices,
    "choices_first": choices_first,
    "parameters": parameters,
    "dims": dims,
    "entries": entries,
    "counters": counters,
    "results": results,
    "arguments": arguments,
    "elements": elements,
}

if __name__ == "__main__":
    print(PROGRAMS[sys.argv[1]](int(sys.argv[2])), end="")
