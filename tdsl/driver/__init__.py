"""The whole compiler.  `stages.py` is its page; the other files read stages."""

from tdsl.driver.generated import Generated, generate
from tdsl.driver.hashed_texts import Loader
from tdsl.driver.pictures import GRAPHS, gradient, graph
from tdsl.driver.reports import Timed, examine, inform, rewritten, timed, values
from tdsl.driver.shown import STAGES, show
from tdsl.driver.stages import Stages

__all__ = [
    "GRAPHS",
    "STAGES",
    "Generated",
    "Loader",
    "Stages",
    "Timed",
    "examine",
    "generate",
    "gradient",
    "graph",
    "inform",
    "rewritten",
    "show",
    "timed",
    "values",
]
