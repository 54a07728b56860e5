"""Pictures of a program, and its derivatives for a reader: as tdsl, or as formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tdsl.check import differentiate
from tdsl.clock import Clock
from tdsl.driver.hashed_texts import Loader
from tdsl.driver.stages import Stages, compilation
from tdsl.formulas.equations import equations
from tdsl.formulas.latex import latex
from tdsl.formulas.page import derivative_page
from tdsl.graph.drawing import picture
from tdsl.graph.picture import Picture
from tdsl.graph.places import definitions
from tdsl.graph.svg import svg
from tdsl.graph.texts import dot, mermaid
from tdsl.naming import unknown_entry
from tdsl.passes import optimise
from tdsl.passes.markers import markers
from tdsl.passes.tidy import tidy
from tdsl.settings import Settings
from tdsl.source import Source
from tdsl.syntax import nodes as syntax
from tdsl.unparse.named_forms import with_named_forms
from tdsl.unparse.printer import emit_entry

GRAPHS: Mapping[str, Callable[[Picture], str]] = {"mermaid": mermaid, "dot": dot, "svg": svg}


@compilation()
def graph(
    source: Source,
    settings: Settings,
    load: Loader,
    entry: str | None = None,
    stage: str = "typed",
    format: str = "mermaid",
    updates: bool = True,
    clock: Clock | None = None,
) -> str:
    """A picture of all entries or one, of the program as it is written or after all passes, with its updates or
    without."""
    stages = Stages(source, settings, load, clock=clock)
    program = markers(stages.program) if stage == "typed" else stages.optimised
    chosen = [one for one in stages.entries(program) if entry in (None, one.name)]
    if not chosen:
        raise unknown_entry(str(entry), [one.name for one in program.entries])
    if not updates:
        chosen = [replace(one, updates=()) for one in chosen]
    functions = definitions(stages.analysis.scopes)
    costs = [item.name.name for item in stages.syntax.items if isinstance(item, syntax.Cost)]
    return GRAPHS[format](picture(program, chosen, costs, functions))


@compilation()
def gradient(
    source: Source,
    settings: Settings,
    load: Loader,
    cost: str | None,
    wrt: tuple[str, ...],
    format: str = "tdsl",
    clock: Clock | None = None,
) -> str:
    """The derivative of a cost by shared values or inputs: a tdsl file that compiles again, LaTeX, or a page."""
    stages = Stages(source, settings, load, clock=clock)
    program, chosen = differentiate(stages.analysis, cost, wrt)
    program = tidy(with_named_forms(optimise(program, stages.clock, stages.refuses_forms)))
    title = f"The derivative of {chosen}"
    text = emit_entry(program, program.entries[0], f"{title}, made from {source.name}.")
    if format == "tdsl":
        return text
    printed = Stages(Source("gradient.tdsl", text), replace(settings, defines=()), load, clock=clock)
    found = equations(printed.analysis)
    return latex(title, found) if format == "latex" else derivative_page(title, source.text, text, found)
