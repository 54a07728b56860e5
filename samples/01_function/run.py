"""Slide "The first program": f(x) = x², and f(-2)."""

from pathlib import Path

import tdsl

function = tdsl.compile(Path(__file__).with_name("function.tdsl"))

print(function.f(-2))
