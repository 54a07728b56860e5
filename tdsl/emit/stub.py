"""The `.pyi` stub of a module: entries and values with their types, sizes and doc comments.

Names of the program may be any names of Python, so a stub's own names begin with `_`, which no name of a program does.
"""

from __future__ import annotations

import keyword

from tdsl.describe.nesting import in_brackets, outermost
from tdsl.emit.frames import filled
from tdsl.ir.program import Entry, Parameter, Program, Variable
from tdsl.types import Kind, Type

_PYTHON = {Kind.BOOL: "_bool", Kind.INTEGER: "_int", Kind.REAL: "_float"}


def emit_stub(program: Program) -> str:
    """The text of NAME.pyi, for every target the same."""
    if program.variables:
        names = {entry.name for entry in program.entries}
        shown = [variable for variable in program.variables if _is_name(variable.name) and variable.name not in names]
        content = filled(
            "python/model.pyi",
            doc=_docstring(program.doc or "One independent set of the values of this module.", 1),
            attributes="\n".join(line for variable in shown for line in _attribute(variable, program)),
            entries="\n".join(line for entry in program.entries for line in _entry(entry, program, 1)),
        )
    else:
        content = "\n".join(line for entry in program.entries for line in _entry(entry, program, 0)) + "\n"
    public = ["Model"] if program.variables else [entry.name for entry in program.entries]
    exported = ", ".join(f'"{name}"' for name in sorted({"CopyWarning", "build_info", *public}))
    doc = _docstring(program.doc or f"The module {program.name}.", 0)
    warning = "" if "CopyWarning" in public else "class CopyWarning(_UserWarning): ...\n"
    return filled(
        "python/module.pyi", doc=doc, names=f"[{exported}]", warning=warning, content="\n" + content.rstrip("\n")
    )


def _is_name(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def _attribute(variable: Variable, program: Program) -> list[str]:
    name, type = variable.name, variable.node.type
    doc = " ".join([f"{variable.kind} {type.spell(program.real)}", *variable.doc.split()])
    return [
        "    @_property",
        f"    def {name}(self) -> {_returned(type)}:",
        _docstring(doc, 2),
        f"    @{name}.setter",
        f"    def {name}(self, value: _ArrayLike) -> None: ...",
    ]


def _entry(entry: Entry, program: Program, depth: int) -> list[str]:
    """One parameter a line, its type in tdsl behind it."""
    if not _is_name(entry.name):
        return []
    indent = "    " * depth
    returned = [result.node.type for result in entry.results if result.role == "return"]
    own = "_self" if any(parameter.name == "self" for parameter in entry.parameters) else "self"
    lines = [f"{indent}    {own},", f"{indent}    /,"] if depth else []
    out = "_NDArray[_Any] | _tuple[_NDArray[_Any], ...] | None"
    if entry.nesting:
        out = f"{_tuple(outermost(['_NDArray[_Any]'] * len(returned), entry.nesting, _tuple))} | None"
    lines += _parameters(entry.parameters, program, indent, out if returned else "")
    parts = outermost([_returned(type) for type in returned], entry.nesting, _tuple)
    result = _tuple(parts) if len(returned) > 1 or entry.nesting else parts[0] if parts else "None"
    types = [type.spell(program.real) for type in returned]
    spelled = ", ".join(outermost(types, entry.nesting, in_brackets))
    doc = "\n".join(filter(None, [entry.doc.strip(), f"Returns {spelled}." if spelled else "Returns nothing."]))
    head = [f"{indent}def {entry.name}(", *lines, f"{indent}) -> {result}:"]
    return [*head, _docstring(doc, depth + 1)]


def _parameters(parameters: tuple[Parameter, ...], program: Program, indent: str, out: str) -> list[str]:
    """`out` is the type of `out=`; empty without one."""
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
    if out and all(parameter.name != "out" for parameter in parameters):
        late.append(f"{indent}    out: {out} = None,")
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
