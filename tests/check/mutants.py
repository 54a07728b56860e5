"""Texts that are nearly programs, or nothing of the kind, for the front end: as many as there is time for.

python -m tests.check.mutants --count 50000 --seed 1 --jobs 2
"""

from __future__ import annotations

import argparse
import collections
import random
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

from tdsl.check import Options, check
from tdsl.source import Source, UserError
from tdsl.syntax.parse import parse

GOOD = """
use std.nn: relu, log_softmax, dense
use std.optim: adam, momentum
dim B, N
const H = 8
const rate = 0.5
const SIZES = (4, 8, 3)
input x: real[B, 4]
input labels: int[B]
input flag: bool
input training: bool = false
shared W: real[4, H] = normal(0, 1)
shared b: real[H] = 0
state k: int = 0
state mean_of: real[H] = [1, 2, 3, 4, 5, 6, 7, 8]
fn scaled(a, by = 2) = by * a
fn halved(a: real[B, N]) -> real[B, N] = a / 2
fn steep(a: real[N]) {
    let top = max(a, axis=N)
    sum(a) - N * top
}
fn twice(f, a) = f(f(a))
rule plain(lr: real = 0.1) for p, g {
    state v = zeros_like(p)
    let s = 0.9 * v + g
    v <- s
    p <- p - lr * s
}
let h = relu(dense(x, W, b))
let first, last = (h[:, 0], h[:, -1])
let picked = h[:, ::-2]
cost C = mean((first - last) ** 2) + rate * sum(W * W)
entry train(x, lr: real = 0.01) -> (C, picked.T) {
    assert k >= 0, "steps"
    print "cost", C
    minimize C over W with plain(lr)
    b <- b - lr * grad(C, b)
    k <- k + 1
}
entry test(x, labels, flag) -> (-sum(log_softmax(h) * one_hot(labels, H), axis=1),
                                if flag then first else last)
entry more(x) -> (switch(h > 0, h, scaled(h, by=3)), twice(scaled, first), argmax(h, axis=1), h[:, new, ..., 2:5],
                  [[1, 2], [3, 4.5]] @ [1, 2], reshape(h, (2, -1)), steep(first),
                  W[k], x % 2 // 1, not true or 1 < 2)
entry sized(dim N, x) -> (loss = sum(halved(h)) * len(SIZES[1:]), parts = (arange(N), zeros(SIZES[::-1])))
entry given_rows[i in 2](y: real[B, 4], k: int) -> (C, SIZES[i]) {
    let rows = y[k + arange(3)] * (i + 1)
    given x = rows
    given training = i == 1
}
"""
WORDS = [
    *("use", "dim", "const", "input", "shared", "state", "let", "cost", "fn", "rule", "entry", "for", "minimize"),
    *("maximize", "over", "with", "assert", "print", "if", "then", "else", "and", "or", "not", "new", "model"),
    *("in", "yield", "until", "checkpoint", "given", "derivative"),
    *("x", "W", "b", "k", "h", "C", "B", "N", "H", "f", "p", "g", "real", "int", "bool", "u8", "sum", "grad", "mean"),
    *("normal", "reshape", "switch", "zeros", "arange", "gather", "scatter", "place", "iota", "one_hot", "orthogonal"),
    *(
        "broadcast",
        "transpose",
        "eye",
        "full",
        "full_like",
        "size",
        "argmax",
        "max",
        "var",
        "std",
        "stop_grad",
        "fan_in",
    ),
    *("0", "1", "2", "3", "-1", "2.5", "1e9", ".5", "1.", '"s"', "axis", "keepdims", "true", "inf", "nan", "pi"),
    *("(", ")", "[", "]", "{", "}", ",", ":", "=", "<-", "->", "+", "-", "*", "/", "//", "%", "**", "@", "==", "<"),
    *("...", ".", "T", "\n", "\n", " ", "##", "#", ";", "\\", '"', "é", "\t", "\x00"),
]


def survives(text: str) -> bool:
    """Whether it compiles; any exception but the user's goes through."""
    try:
        check(parse(Source("fuzz.tdsl", text)), Options(), lambda path: path.read_text(encoding="utf-8"), "fuzz")
    except UserError as error:
        for diagnostic in error.diagnostics:
            assert len(str(diagnostic)) < 20_000
        return False
    return True


def soup(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randrange(1, 40)))


def noise(chance: random.Random) -> str:
    raw = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 200)))
    return raw.decode("utf-8", errors="replace" if chance.random() < 0.5 else "surrogateescape")


def expression(chance: random.Random) -> str:
    """A good file whose one entry holds random words between balanced brackets."""
    parts: list[str] = []
    for _ in range(chance.randrange(1, 8)):
        name = chance.choice(WORDS[26:76])
        inside = ", ".join(chance.choice(WORDS[26:90]) for _ in range(chance.randrange(1, 4)))
        parts.append(f"{name}{chance.choice(['(', '['])}{inside}{chance.choice([')', ']'])}")
    joined = f" {chance.choice(['+', '*', '@', '<', 'and', '**', '//', ','])} ".join(parts)
    return GOOD + f"entry fuzz(x, labels, flag) -> ({joined})\n"


def mutated(chance: random.Random) -> str:
    return changed(GOOD, chance)


def changed(text: str, chance: random.Random) -> str:
    """The text with a few words or lines put in, removed or exchanged."""
    lines = text.splitlines() or [""]
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(lines))
        line = lines[place]
        at = chance.randrange(len(line) + 1)
        match chance.randrange(5):
            case 0:
                lines[place] = line[:at] + chance.choice(WORDS) + line[at:]
            case 1:
                lines[place] = line[:at] + line[at + chance.randrange(1, 6) :]
            case 2:
                lines[place] = lines[chance.randrange(len(lines))]
            case 3:
                words = line.split(" ")
                words[chance.randrange(len(words))] = chance.choice(WORDS)
                lines[place] = " ".join(words)
            case _:
                other = chance.randrange(len(lines))
                lines[place], lines[other] = lines[other], lines[place]
    return "\n".join(lines)


MAKERS: tuple[Callable[[random.Random], str], ...] = (soup, noise, expression, mutated)
SLOW_SECONDS = 1.0


def tried(make: Callable[[random.Random], str], seed: str) -> bool:
    """Whether that text compiles; AssertionError with the text if anything but errors of the user comes out."""
    text = make(random.Random(seed))
    try:
        return survives(text)
    except Exception as problem:
        raise AssertionError(f"{make.__name__} {seed}: {problem!r} for\n{text}") from problem


def _judged(seed: str) -> tuple[str, str]:
    """The outcome of one text, and the text itself if that is a miss."""
    make = MAKERS[int(seed.rpartition("/")[2]) % len(MAKERS)]
    start = time.perf_counter()
    try:
        outcome = "compile" if tried(make, seed) else "have errors of the user"
    except AssertionError as miss:
        return "MISSES", str(miss)
    slow = time.perf_counter() - start > SLOW_SECONDS
    return outcome, f"{make.__name__} {seed} took long" if slow else ""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args(arguments)
    counts: collections.Counter[str] = collections.Counter()
    with ProcessPoolExecutor(asked.jobs) as pool:
        seeds = (f"{asked.seed}/{number}" for number in range(asked.count))
        for outcome, words in pool.map(_judged, seeds, chunksize=100):
            counts[outcome] += 1
            if words:
                counts["slower than a second"] += outcome != "MISSES"
                print(words, flush=True)
    print(f"{asked.count} texts: " + ", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    return 1 if counts["MISSES"] else 0


if __name__ == "__main__":
    sys.exit(main())
