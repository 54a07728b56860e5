"""The `.pyi` stub of a module: entries and values with their types, sizes and doc comments.

Names of the program may be any names of Python, so a stub's own names begin with `_`, which no name of a program does.
"""

from __future__ import annotations

import keyword

from tdsl.describe.nesting import in_brackets, named, outermost
from tdsl.emit.frames import filled
from tdsl.ir.program import Entry, Parameter, Program, Training, Variable
from tdsl.types import Kind, Type

_METHODS_OF_TUPLES = {"count", "index"}
_PYTHON = {Kind.BOOL: "_bool", Kind.INTEGER: "_int", Kind.REAL: "_float"}


def emit_stub(program: Program, has_profile: bool = False) -> str:
    """The text of NAME.pyi, for every target the same; modules with a profile have a function more."""
    depth = 1 if program.variables else 0
    classes = "".join(f"{line}\n" for entry in program.entries for line in _classes(entry, program))
    entries_by_name = _public(program)
    entries = "\n".join(line for name, own in entries_by_name.items() for line in _callable(name, own, program, depth))
    entries = "\n".join([entries, *(line for training in program.trainings for line in _training(training, program))])
    if program.variables:
        parts, attributes = _members(program)
        content = filled(
            "python/model.pyi",
            parts=parts,
            doc=_docstring(program.doc or "One independent set of the values of this module.", 1),
            attributes="\n".join(attributes),
            entries=entries,
        )
    else:
        content = entries + "\n"
    public = ["Model"] if program.variables else entries_by_name
    names = {"CopyWarning", "build_info", *public, *["profile"] * has_profile}
    exported = ", ".join(f'"{name}"' for name in sorted(names))
    doc = _docstring(program.doc or f"The module {program.name}.", 0)
    warning = "" if "CopyWarning" in public else "class CopyWarning(_UserWarning): ...\n"
    return filled(
        "python/module.pyi",
        doc=doc,
        names=f"[{exported}]",
        warning=warning,
        profile=filled("python/profile.pyi") if has_profile else "",
        content="\n" + classes + content.rstrip("\n"),
    )


def _is_name(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def _members(program: Program) -> tuple[str, list[str]]:
    """The classes of instances, equal ones once, and the attributes of the model."""
    entries = _public(program)
    members: dict[str, dict[str, list[str]]] = {"": {}}  # the attributes of each instance
    for variable in program.variables:
        outer, _, name = variable.name.rpartition(".")
        if variable.kind == "rule state":
            continue
        while outer not in members:
            members[outer] = {}
            outer = outer.rpartition(".")[0]
        if _is_name(name) and variable.name not in entries:
            members[variable.name.rpartition(".")[0]][name] = _attribute(name, variable, program)
    classes: dict[str, str] = {}
    lists: dict[str, dict[int, str]] = {}
    # The inner ones first.
    for instance in sorted(filter(None, members), key=lambda name: -name.count(".")):
        outer, _, name = instance.rpartition(".")
        if numbered := lists.get(instance):
            type = _tuple([numbered.get(number, "_Values") for number in range(1 + max(numbered))])
        else:
            body = "\n".join(line for attribute in members[instance].values() for line in attribute)
            type = classes.setdefault(body or "    ...", f"_Part{len(classes) + 1}")
        if name.isdecimal():
            lists.setdefault(outer, {})[int(name)] = type
        elif _is_name(name) and instance not in entries:
            members[outer][name] = ["    @_property", f"    def {name}(self) -> {type}: ..."]
    parts = "".join(f"\nclass {name}(_Values):\n{body}\n" for body, name in classes.items())
    device = ["    @_property", "    def device(self) -> _str: ..."]
    return parts, [*device, *(line for attribute in members[""].values() for line in attribute)]


def _attribute(name: str, variable: Variable, program: Program) -> list[str]:
    type = variable.node.type
    doc = " ".join([f"{variable.kind} {type.spell(program.real)}", *variable.doc.split()])
    return [
        "    @_property",
        f"    def {name}(self) -> {_returned(type)}:",
        _docstring(doc, 2),
        f"    @{name}.setter",
        f"    def {name}(self, value: _ArrayLike) -> None: ...",
    ]


def _public(program: Program) -> dict[str, list[Entry]]:
    """The entries by their own name, or by that of their list."""
    found: dict[str, list[Entry]] = {}
    for entry in program.entries:
        found.setdefault(entry.list_name or entry.name, []).append(entry)
    return found


def _callable(name: str, entries: list[Entry], program: Program, depth: int) -> list[str]:
    """An entry, or the tuple of a list of entries."""
    if not _is_name(name):
        return []
    if entries[0].list_name:
        return [f"{'    ' * depth}{name}: {_tuple([_class(entry, 'entry') for entry in entries])}"]
    return [line for entry in entries for line in _entry(entry, name, program, depth)]


def _class(entry: Entry, kind: str) -> str:
    """The name of a class of an entry: `_train_result`, `_pretrain_entry_0`."""
    name, bracket, number = entry.name.rstrip("]").partition("[")
    return f"_{name}_{kind}{'_' * len(bracket)}{number}"


def _classes(entry: Entry, program: Program) -> list[str]:
    """The class of named results, and that of an entry in a list."""
    lines: list[str] = []
    if entry.fields:
        parts = outermost([_returned(type) for type in _types(entry)], entry.nesting, _tuple)
        lines += [f"class {_class(entry, 'result')}(_NamedTuple):", _docstring(f"The results of {entry.name}.", 1)]
        for line, field in zip(named(parts, entry.fields), entry.fields, strict=True):
            lines.append(f"    {line}{'  # type: ignore[assignment]' * (field in _METHODS_OF_TUPLES)}")
    if entry.list_name:
        lines += [f"class {_class(entry, 'entry')}(_Protocol):", *_entry(entry, "__call__", program, 1)]
    return [*lines, ""] if lines else []


def _types(entry: Entry) -> list[Type]:
    return [result.node.type for result in entry.results if result.role == "return"]


def _entry(entry: Entry, name: str, program: Program, depth: int) -> list[str]:
    """A function, one parameter a line, its type in tdsl behind it."""
    indent, returned = "    " * depth, _types(entry)
    own = "_self" if any(parameter.name == "self" for parameter in entry.parameters) else "self"
    lines = [f"{indent}    {own},", f"{indent}    /,"] if depth else []
    out = "_Out | _tuple[_Out, ...]"
    if entry.nesting:
        out = _tuple(outermost(["_Out"] * len(returned), entry.nesting, _tuple))
    out += ' | _Literal["device"] | None'
    has_out = returned and all(parameter.name != "out" for parameter in entry.parameters)
    lines += _parameters(entry.parameters, program, indent, [f"{indent}    out: {out} = None,"] if has_out else [])
    parts = outermost([_returned(type) for type in returned], entry.nesting, _tuple)
    result = _tuple(parts) if len(returned) > 1 or entry.nesting else parts[0] if parts else "None"
    result = _class(entry, "result") if entry.fields else result
    types = outermost([type.spell(program.real) for type in returned], entry.nesting, in_brackets)
    spelled = ", ".join(named(types, entry.fields))
    updated = ", ".join(update.variable for update in entry.updates)
    told = [f"Returns {spelled}." if spelled else "Returns nothing.", f"Updates {updated}." if updated else ""]
    doc = "\n".join(filter(None, [entry.doc.strip(), *told]))
    head = [f"{indent}def {name}(", *lines, f"{indent}) -> {result}:"]
    return [*head, _docstring(doc, depth + 1)]


def _training(training: Training, program: Program) -> list[str]:
    """The method of a training, which has the parameters of its entry."""
    entry = next(entry for entry in program.entries if entry.name == training.entry)
    if not _is_name(training.name):
        return []
    own = "_self" if any(parameter.name == "self" for parameter in entry.parameters) else "self"
    late = [] if training.epochs is not None else ["        epochs: _SupportsIndex,"]
    late += ["        seed: _SupportsIndex = 0,"] if training.shuffle else []
    head = [f"    def {training.name}(", f"        {own},", "        /,"]
    head += _parameters(entry.parameters, program, "    ", late)
    told = "\n".join(
        filter(None, [training.doc.strip(), f"Calls {entry.name} for minibatches; the mean cost of each epoch."])
    )
    return [*head, "    ) -> _NDArray[_np.float64]:", _docstring(told, 2)]


def _parameters(parameters: tuple[Parameter, ...], program: Program, indent: str, more: list[str]) -> list[str]:
    """`more` are lines of further ones, which are given by keyword."""
    if not all(_is_name(parameter.name) for parameter in parameters):
        return [f"{indent}    *arguments: _ArrayLike,", f"{indent}    **named: _ArrayLike,"]
    plain: list[str] = []
    # After a default, Python allows required parameters only as keywords.
    late: list[str] = []
    defaults = False
    for parameter in parameters:
        given = "_ArrayLike" if parameter.size is None else "_SupportsIndex"
        default = "" if parameter.default is None else " = ..."
        defaults |= parameter.default is not None
        line = f"{indent}    {parameter.name}: {given}{default},  # {parameter.spell(program.real)}"
        (late if defaults and parameter.default is None else plain).append(line)
    late += more
    return plain + ([f"{indent}    *,", *late] if late else [])


def _returned(type: Type) -> str:
    return f"_NDArray[_np.{_scalar(type)}]" if type.rank else _PYTHON[type.dtype.kind]


def _tuple(parts: list[str]) -> str:
    return f"_tuple[{', '.join(parts) or '()'}]"


def _scalar(type: Type) -> str:
    return "bool_" if type.dtype.kind is Kind.BOOL else type.dtype.numpy


def _docstring(text: str, depth: int) -> str:
    """A text as a docstring on its own line; its content cannot end it early."""
    indent = "    " * depth
    lines = text.strip().splitlines() or [""]
    if not all(line.isprintable() for line in lines):
        return f"{indent}{text!a}"
    escaped = [line.replace("\\", "\\\\").replace('"', '\\"').rstrip() for line in lines]
    if len(escaped) == 1:
        return f'{indent}"""{escaped[0]}"""'
    rest = "\n".join((indent + line).rstrip() for line in escaped[1:])
    return f'{indent}"""{escaped[0]}\n{rest}\n{indent}"""'
