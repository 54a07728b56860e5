"""A routine as C++: where its buffers are, then its statements one after the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tdsl.emit.c.functions import Functions
from tdsl.emit.c.kernels import StatementPrinter
from tdsl.emit.c.numbers import size_text, stored
from tdsl.loops.language import (
    Branch,
    Buffer,
    Routine,
    Statement,
    read,
    walk,
    written,
)
from tdsl.schedule.commit import overlaid
from tdsl.schedule.row_groups import Group, groups
from tdsl.types import Dim

_ROLES = {"argument": "arguments", "result": "results", "variable": "variables", "update": "updates"}
# What takes a compiler longest grows with the square of a function's length.
_LONGEST, _MOST_MENTIONS = 200, 1500
_LARGEST = 2**63 - 1
# Branches nested deeper are indented no further, so that the text grows with the program and not with its square.
_MOST_INDENTED = 32


def add_routine(routine: Routine, number: int, names: Mapping[str, str], functions: Functions) -> None:
    """`void run0(tdsl_call *)`, and `void update0(tdsl_call *)` if there is a tail."""
    head, tail = routine.parts
    add_statements(f"run{number}", head, routine, names, functions)
    if tail:
        add_statements(f"update{number}", tail, routine, names, functions)


def add_statements(
    name: str, statements: tuple[Statement, ...], routine: Routine, names: Mapping[str, str], functions: Functions
) -> None:
    """A function, and before it its parts if there are many statements."""

    def add(name: str, body: list[str], parameters: Sequence[str] = (), straight: bool = True) -> None:
        body, given = function(body, routine, names, parameters)
        functions.routine(name, given, body, straight=straight)

    slots = slot_lines(statements, routine, names, "call->workspace")
    workspace, given = (["char *const *w"], ", w") if slots else ([], "")
    calls: list[str] = []
    for part, is_last in _parts(_statements(statements, routine, names, functions)):
        if is_last and not calls:
            return add(name, slots + part, straight=False)
        calls.append(f"{name}_{len(calls)}(call{given});")
        add(calls[-1].partition("(")[0], part, workspace)
    if len(slots) > 1 and len(routine.slots) > _LONGEST:
        array, layout = slots
        add(f"{name}_slots", [layout], ["char **w"])
        slots = [array, f"{name}_slots(call, w);"]
    add(name, slots + calls, straight=False)
    return None


def _statements(
    statements: tuple[Statement, ...], routine: Routine, names: Mapping[str, str], functions: Functions
) -> Iterator[list[str]]:
    """The lines of each group of statements; a branch with its sides is one."""
    printer = StatementPrinter(routine, names, functions)
    buffers = overlaid(routine)
    for outermost in groups(statements, buffers):
        lines: list[str] = []
        stack: list[tuple[Group | str, int]] = [(outermost, 0)]
        while stack:
            item, depth = stack.pop()
            match item:
                case (Branch() as branch,):
                    then, otherwise = (groups(side, buffers) for side in (branch.then, branch.otherwise))
                    inside: list[tuple[Group | str, int]] = [(group, depth + 1) for group in then]
                    if branch.otherwise:
                        inside += [("} else {", depth), *((group, depth + 1) for group in otherwise)]
                    stack += reversed([*inside, ("}", depth)])
                    text = f"if (b{branch.condition}[0]) {{"
                case str():
                    text = item
                case _:
                    text = printer.text(item)
            lines.append("    " * min(depth, _MOST_INDENTED) + text)
        yield lines


def _parts(statements: Iterator[list[str]]) -> Iterator[tuple[list[str], bool]]:
    """The lines of one function each, and whether they are the last."""
    part: list[str] = []
    mentions = 0
    for lines in statements:
        if len(part) >= _LONGEST or mentions >= _MOST_MENTIONS:
            yield part, False
            part, mentions = [], 0
        part += lines
        mentions += sum(line.count(",") for line in lines)
    yield part, True


def function(
    statements: list[str], routine: Routine, names: Mapping[str, str], parameters: Sequence[str]
) -> tuple[list[str], str]:
    """The body of a function, in which all that its statements mention is declared, and its parameters: a call, and
    those that are given, which have no names where they are not used."""
    words = set(re.findall(r"\w+", " ".join(statements)))
    buffers = sorted(int(word[1:]) for word in words if re.fullmatch(r"b\d+", word))
    lines = [_buffer(routine.buffers[buffer], buffer) for buffer in buffers]
    # The workspace is laid out before buffers are found in it.
    first = 2 if statements and statements[0].startswith("char *w[") else 0
    body = [*statements[:first], *lines, *statements[first:]]
    given = {_name(parameter) for parameter in parameters}
    places = {name: place for place, name in enumerate(names.values()) if name in words and name not in given}
    dims = [f"const int64_t {name} = call->dims[{place}];" for name, place in places.items()]
    words |= set(re.findall(r"\w+", " ".join(lines + dims)))
    asked = ("tdsl_call *call", *parameters)
    named = [text if _name(text) in words else text.removesuffix(_name(text)).strip() for text in asked]
    return dims + body, ", ".join(named)


def _name(parameter: str) -> str:
    return re.split(r"\W", parameter)[-1]


def _uses_workspace(statements: tuple[Statement, ...], routine: Routine) -> bool:
    used = (buffer for statement in walk(statements) for buffer in (*read(statement), *written(statement)))
    return any(routine.buffers[buffer].role == "workspace" for buffer in used)


def slot_lines(statements: tuple[Statement, ...], routine: Routine, names: Mapping[str, str], memory: str) -> list[str]:
    """Where the slots of the workspace begin, if the statements use it."""
    if not _uses_workspace(statements, routine):
        return []
    sizes = ", ".join(size_text(slot.count * (slot.dtype.bits // 8), names) for slot in routine.slots)
    return [f"char *w[{len(routine.slots)}];", f"tdsl::place_slots(w, {memory}, {{{sizes}}});"]


def _buffer(buffer: Buffer, position: int) -> str:
    element = stored(buffer.dtype)
    if buffer.role == "workspace":
        # Buffers of a slot have its dtype.
        return f"{element} *const b{position} = reinterpret_cast<{element} *>(w[{buffer.number}]);"
    const = "const " if buffer.role in ("argument", "variable") else ""
    pointer = f"static_cast<{const}{element} *>(call->{_ROLES[buffer.role]}[{buffer.number}])"
    return f"{const}{element} *const b{position} = {pointer};"


def add_workspace(routine: Routine, number: int, names: Mapping[str, str], functions: Functions) -> None:
    """`int64_t workspace0(const int64_t *dims)`: the bytes of all slots."""
    slots = Counter((_saturating(slot.count, names), slot.dtype.bits // 8) for slot in routine.slots)
    listed = ", ".join(f"{{{count}, {width}, {times}}}" for (count, width), times in slots.items())
    _formula(f"workspace{number}", f"tdsl::workspace({{{listed}}})" if slots else "0", functions)


def add_memory(memory: Dim, number: int, names: Mapping[str, str], functions: Functions) -> None:
    """`int64_t memory0(const int64_t *dims)`: the bytes that a call needs beside its arguments."""
    _formula(f"memory{number}", f"({_saturating(memory, names)}).value", functions)


def add_largest(bound: Dim, number: int, names: Mapping[str, str], functions: Functions) -> None:
    """`int64_t largest0(const int64_t *dims)`: the bound on all that a call computes from its dims."""
    _formula(f"largest{number}", f"({_saturating(bound, names)}).value", functions)


def _formula(name: str, text: str, functions: Functions) -> None:
    given = "const int64_t *" + ("dims" if "dims" in text else "")
    functions.routine(name, given, [f"return {text};"], returns="int64_t")


def _saturating(size: Dim, names: Mapping[str, str]) -> str:
    """A size in arithmetic that stops at the largest number; ratios are small enough as they are."""
    dims = {name: f"dims[{dim}]" for dim, name in enumerate(names)}
    added: list[str] = []
    taken: list[str] = []
    for monomial, coefficient in size.terms:
        factors = [str(min(abs(coefficient), _LARGEST))] * (abs(coefficient) != 1 or not monomial)
        factors += [size_text(Dim((((atom,), 1),)), dims) for atom in monomial]
        product = " * ".join(f"tdsl::SaturatingSize{{{factor}}}" for factor in factors)
        (added if coefficient > 0 else taken).append(product)
    return " - ".join([" + ".join(added) or "tdsl::SaturatingSize{0}", *taken])
