"""The docstring, text signature and `inspect.signature` of an entry."""

from __future__ import annotations

import typing

from .description import EntryTable, ModuleTable, argument_text, default_value, type_text

if typing.TYPE_CHECKING:
    import inspect


def _takes_out(entry: EntryTable) -> bool:
    named = any(argument["name"] == "out" for argument in entry["arguments"])
    return not named and any(result["role"] == "return" for result in entry["results"])


def _self_name(entry: EntryTable) -> str:
    """The name of the positional-only self, so that an argument may have any name."""
    return "_self" if any(argument["name"] == "self" for argument in entry["arguments"]) else "self"


def text_signature(entry: EntryTable, stateful: bool) -> str:
    """The value of `__text_signature__`."""
    words = [f"${_self_name(entry)}", "/"] if stateful else []
    for argument in entry["arguments"]:
        default = default_value(argument)
        words.append(argument["name"] if default is None else f"{argument['name']}={default!r}")
    if _takes_out(entry):
        words += ["*", "out=None"]
    return f"({', '.join(words)})"


def entry_signature(entry: EntryTable, stateful: bool) -> inspect.Signature:
    import inspect

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(_self_name(entry), inspect.Parameter.POSITIONAL_ONLY)] if stateful else []
    defaults = False
    for argument in entry["arguments"]:
        default = default_value(argument)
        defaults |= default is not None
        # An argument without default may follow one that has it; Python can only say so by keyword.
        how = inspect.Parameter.KEYWORD_ONLY if defaults and default is None else kind
        value = inspect.Parameter.empty if default is None else default
        parameters.append(inspect.Parameter(argument["name"], how, default=value))
    if _takes_out(entry):
        parameters.append(inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None))
    return inspect.Signature(sorted(parameters, key=lambda parameter: parameter.kind))


def entry_document(module: ModuleTable, entry: EntryTable) -> str:
    """The doc comment, then arguments and results with their sizes."""
    lines = [entry["doc"].strip(), ""] if entry["doc"].strip() else []
    if entry["arguments"]:
        lines.append("Arguments:")
    for argument in entry["arguments"]:
        default = default_value(argument)
        given = "" if default is None else f" = {default!r}"
        doc = f"  {' '.join(argument['doc'].split())}" if argument["doc"].strip() else ""
        lines.append(f"    {argument['name']}: {argument_text(argument)}{given}{doc}")
    returned = [result for result in entry["results"] if result["role"] == "return"]
    if returned:
        lines.append("Returns:")
    for result in returned:
        name = f"{result['name']}: " if result["name"] else ""
        lines.append(f"    {name}{type_text(result['dtype'], result['shape'])}")
    if entry["updates"]:
        lines.append(f"Updates: {', '.join(module['variables'][index]['name'] for index in entry['updates'])}")
    if entry["place"]:
        lines.append(f"Declared at {entry['place']}.")
    return "\n".join(lines)
