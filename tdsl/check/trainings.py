"""Trainings, `entry run = fit(train, batch=100)`: an entry, called for the minibatches of its arguments."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.check.checker import Checker
from tdsl.check.items import known_number, refuse_python
from tdsl.check.values import Scope
from tdsl.ir.program import Entry, Parameter, Training
from tdsl.source import Label, Span, fail
from tdsl.spelling import suggestion
from tdsl.syntax import nodes as syntax
from tdsl.types import Dim

_OPTIONS = ("batch", "epochs", "shuffle")
_FORM = "entry NAME = fit(ENTRY, batch=100)"


def check_training(
    checker: Checker, item: syntax.Training, scope: Scope, file: syntax.File, entries: Sequence[Entry]
) -> None:
    """Adds the training to those of the file; raises `UserError` if it does not fit its entry."""
    refuse_python(item.name)
    call = item.value
    if not isinstance(call, syntax.Call) or not isinstance(call.function, syntax.Name) or call.function.name != "fit":
        hints = f"a training is {_FORM}", f"a result follows an arrow: entry {item.name.name}(x) -> y"
        raise fail(
            "TD0237", "an entry with = is a training, and this is no call of fit", call.span, hint="; ".join(hints)
        )
    given, options = _arguments(call)
    called = _called(given, file)
    entry = next((entry for entry in entries if entry.name == called.name.name), None)
    if entry is None:
        return  # it has an error of its own
    rows = _rows(entry, called, given.span)
    cost = _cost(entry, called, given.span)
    batch, epochs = (
        _number(checker, options.get(name), scope, name, least) for name, least in (("batch", 1), ("epochs", 0))
    )
    shuffle = _truth(checker, options["shuffle"], scope) if "shuffle" in options else True
    own = {"epochs": epochs is None, "seed": shuffle}
    for parameter in entry.parameters:
        if own.get(parameter.name):
            message = f"'{called.name.name}' has an argument '{parameter.name}', and so has a training"
            raise fail("TD0237", message, given.span, *_declared(parameter), hint="give one of them another name")
    checker.trainings.append(
        Training(item.name.name, entry.name, rows, cost, batch or 0, epochs, shuffle, item.doc, item.span)
    )


def _arguments(call: syntax.Call) -> tuple[syntax.Expression, dict[str, syntax.Expression]]:
    """The entry, and the options by name."""
    if not call.arguments or call.arguments[0].name is not None:
        raise fail("TD0237", "fit needs the entry that it calls first", call.span, hint=_FORM)
    first, *rest = call.arguments
    options: dict[str, syntax.Expression] = {}
    for argument in rest:
        if argument.name is None:
            hint = f"its options have names: {', '.join(_OPTIONS)}"
            raise fail("TD0237", "fit takes one entry", argument.span, hint=hint)
        if argument.name not in _OPTIONS:
            offered = f"the arguments of an entry are given by each call; fit has the options {', '.join(_OPTIONS)}"
            hint = suggestion(argument.name, _OPTIONS, offered)
            raise fail("TD0237", f"fit has no option '{argument.name}'", argument.span, hint=hint)
        if argument.name in options:
            raise fail("TD0237", f"'{argument.name}' is given twice", argument.span)
        options[argument.name] = argument.value
    return first.value, options


def _called(given: syntax.Expression, file: syntax.File) -> syntax.Entry:
    """The declaration of the entry, which stands above."""
    items = [item for item in file.items if isinstance(item, syntax.Entry)]
    if not isinstance(given, syntax.Name):
        raise fail("TD0237", "fit calls an entry by its name, and this is none", given.span, hint=_FORM)
    found = next((item for item in items if item.name.name == given.name), None)
    if found is None:
        names = [item.name.name for item in items]
        hint = suggestion(given.name, names, f"the entries are {', '.join(names)}" if names else "declare it above")
        raise fail("TD0237", f"there is no entry '{given.name}'", given.span, hint=hint)
    label = Label(found.name.span, "declared here")
    if found.each is not None:
        raise fail("TD0237", f"'{given.name}' is a list of entries, and fit calls one", given.span, label)
    if found.span.start > given.span.start:
        below = Label(found.name.span, "declared only here")
        raise fail(
            "TD0237", f"entry '{given.name}' is used before it is declared", given.span, below, hint="move it up"
        )
    return found


def _rows(entry: Entry, called: syntax.Entry, span: Span) -> str:
    """The dim of the axis that is cut: the first one of the first array."""
    name = called.name.name
    arrays = [parameter for parameter in entry.parameters if parameter.size is None and parameter.node.type.rank]
    declared = Label(called.name.span, "declared here")
    if not arrays:
        raise fail("TD0237", f"'{name}' takes no array, so there are no minibatches of its arguments", span, declared)
    first = arrays[0].node.type.shape[0]
    symbols = first.symbols()
    if first.constant is not None or len(symbols) != 1 or first != Dim.symbol(rows := next(iter(symbols))):
        message = f"'{arrays[0].name}' has {first} rows in every call of '{name}', so there are no minibatches of it"
        hint = "its first size is a dim that calls bind: dim B, and input x: real[B, 2]"
        raise fail("TD0237", message, span, *_declared(arrays[0]), hint=hint)
    for parameter in entry.parameters:
        if first in parameter.node.type.shape[1:]:
            message = f"'{parameter.name}' has the size {rows} on another axis than the first, which fit cuts"
            raise fail("TD0237", message, span, *_declared(parameter))
        if parameter.size is not None and rows in parameter.size.symbols():
            message = f"'{parameter.name}' is the size of a minibatch, and fit decides that"
            raise fail("TD0237", message, span, *_declared(parameter))
    return rows


def _cost(entry: Entry, called: syntax.Entry, span: Span) -> int:
    """The index of the first real scalar that the entry returns."""
    declared = Label(called.name.span, "declared here")
    if not entry.updates:
        message = f"'{entry.name}' updates nothing, so it trains nothing"
        raise fail("TD0237", message, span, declared, hint="minimize C with sgd(lr) belongs into its block")
    for index, result in enumerate(entry.results):
        if result.role == "return" and result.node.type.is_real and not result.node.type.rank:
            return index
    message = f"'{entry.name}' returns no real number, and a training returns its mean in each epoch"
    raise fail("TD0237", message, span, declared, hint=f"let it return its cost: entry {entry.name}(…) -> C")


def _declared(parameter: Parameter) -> list[Label]:
    return [Label(parameter.span, f"'{parameter.name}' is declared here")] if parameter.span else []


def _number(checker: Checker, value: syntax.Expression | None, scope: Scope, name: str, least: int) -> int | None:
    if value is None:
        return None
    found = known_number(checker, value, scope, name).value
    number = found.constant if isinstance(found, Dim) else None
    if number is None or number < least or number >= 1 << 62:
        raise fail("TD0237", f"{name} is an integer of at least {least}", value.span)
    return number


def _truth(checker: Checker, value: syntax.Expression, scope: Scope) -> bool:
    found = known_number(checker, value, scope, "shuffle").value
    if not isinstance(found, bool):
        raise fail("TD0237", "shuffle is true or false", value.span)
    return found
