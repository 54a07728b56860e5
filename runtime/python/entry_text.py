"""The docstring, text signature and `inspect.signature` of an entry."""

from __future__ import annotations

import typing
from collections.abc import Iterator

from .description import EntryTable, ModuleTable, ResultTable, argument_text, default_value, type_text
from .nesting import nested

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
    lines += [f"    {text}" for text in _returned_texts(entry, returned)]
    if entry["updates"]:
        lines.append(f"Updates: {', '.join(module['variables'][index]['name'] for index in entry['updates'])}")
    if entry["place"]:
        lines.append(f"Declared at {entry['place']}.")
    return "\n".join(lines)


def _returned_texts(entry: EntryTable, returned: list[ResultTable]) -> Iterator[str]:
    """Each result with its name; with names of the outermost ones also the tuples of others."""
    types = [type_text(result["dtype"], result["shape"]) for result in returned]
    if entry["fields"]:
        parts = typing.cast("tuple[object, ...]", nested(types, entry["nesting"]))
        for name, part in zip(entry["fields"], parts, strict=True):
            yield f"{name}: {part}".replace("'", "")
        return
    for result, text in zip(returned, types, strict=True):
        yield f"{result['name']}: {text}" if result["name"] else text


def result_class(module: ModuleTable, entry: EntryTable) -> type | None:
    """The class of the results of an entry that gives them names."""
    if not entry["fields"]:
        return None
    import collections

    made = collections.namedtuple("Result", entry["fields"], module=__name__)
    method = "Model." if module["variables"] else ""
    made.__qualname__ = f"{method}{entry['name']}.Result"
    made.__doc__ = f"The results of {entry['name']}: {', '.join(entry['fields'])}."
    return made
