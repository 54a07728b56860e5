"""The inputs, values and entries of a module, as `tdsl show` prints them."""

from __future__ import annotations

from tdsl.describe.nesting import in_brackets, named, outermost
from tdsl.ir.program import Entry, Program, Training


def emit_inputs(program: Program) -> str:
    """Inputs with names, types and sizes; shared values and states; entries with their results."""
    real = program.real
    lines = [f"{program.name} (real is {real})"]
    if program.doc:
        lines += [f"    {line}" for line in program.doc.splitlines()]
    inputs = {parameter.name: parameter for entry in program.entries for parameter in entry.parameters}
    if inputs:
        lines += ["", "inputs"]
        lines += [f"    {p.name}: {p.spell(real)}{_doc(p.doc)}" for p in inputs.values()]
    for kind, title in (("shared", "shared"), ("state", "state"), ("rule state", "state of update rules")):
        variables = [variable for variable in program.variables if variable.kind == kind]
        if variables:
            lines += ["", title]
            lines += [f"    {v.name}: {v.node.type.spell(real)}{_doc(v.doc)}" for v in variables]
    lines += ["", "entries"]
    lines += [f"    {_entry(entry, program)}{_doc(entry.doc)}" for entry in program.entries]
    lines += [f"    {_training(training)}{_doc(training.doc)}" for training in program.trainings]
    return "\n".join(lines)


def _training(training: Training) -> str:
    options = [f"batch = {training.batch}"] if training.batch else []
    options += [] if training.epochs is None else [f"epochs = {training.epochs}"]
    options += [] if training.shuffle else ["shuffle = false"]
    return f"{training.name} = fit({', '.join([training.entry, *options])})"


def _doc(doc: str) -> str:
    return f"    {doc.splitlines()[0]}" if doc else ""


def _entry(entry: Entry, program: Program) -> str:
    parameters = [p.name + ("" if p.default is None else f" = {p.default}") for p in entry.parameters]
    types = [r.node.type.spell(program.real) for r in entry.results if r.role == "return"]
    results = named(outermost(types, entry.nesting, in_brackets), entry.fields)
    returns = f" -> {', '.join(results)}" if results else ""
    updates = ", ".join(update.variable for update in entry.updates)
    return f"{entry.name}({', '.join(parameters)}){returns}" + (f", updates {updates}" if updates else "")
