"""The description of a module is the same in all its forms: the records of describe/table.py, the structs of abi.h, the
dictionaries of runtime/python and of the binding, and the tests' own view of the C table."""

from __future__ import annotations

import ast
import re
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest

from tdsl.describe import table
from tdsl.emit.c.printer import string_text
from tdsl.emit.c.table import Code, EntryCode, TablePrinter
from tdsl.options import BuildOptions
from tdsl.resources import RUNTIME
from tdsl.types import DTYPES, Dim
from tests.lower import native

RECORDS = {
    record.__name__.removesuffix("Table").removeprefix("Build").lower(): record
    for record in (*vars(table).values(), BuildOptions)
    if isinstance(record, type) and is_dataclass(record) and record.__module__ in (table.__name__, "tdsl.options")
}
BY_THE_BINDING = ["abi_version"]
# Fields that the printer and the build add to records.
MORE = {table.EntryTable: [field.name for field in fields(EntryCode)], table.ImageTable: ["bytes", "size"]}
HEADER = re.sub(r"/\*.*?\*/", "", (RUNTIME / "include" / "tdsl" / "abi.h").read_text(), flags=re.S)
BINDING = (RUNTIME / "source" / "bind_module.cpp").read_text()


def structs() -> dict[str, list[str]]:
    """The fields of each struct of abi.h, in order."""
    options = re.search(r"#define TDSL_OPTIONS\(OPTION\)\s+\\\n((?:.*\\\n)*.*)", HEADER)
    assert options
    listed = re.sub(r"OPTION\((\w+)\)\s*\\?", r"int32_t \1;", options[1])
    text = re.sub(r" TDSL_OPTIONS\(TDSL_OPTION\)", listed, HEADER)
    found = {}
    for body, name in re.findall(
        r"typedef struct \{(.*?)\} tdsl_(\w+);", re.sub(r"^#.*\n", "", text, flags=re.M), re.S
    ):
        found[name] = re.findall(r"(\w+)(?:\[\w+\])?(?:\)\([^;]*\))?;", body)
    return found


STRUCTS = structs()


def as_struct(record: type) -> list[str]:
    """The fields that the struct of a record must have."""
    counted = {"shape": "rank", "entries": "entry_count"}
    hints = get_type_hints(record)
    found = [] if record is not table.ModuleTable else [*BY_THE_BINDING]
    for field in fields(record):  # type: ignore[arg-type]
        if get_origin(hints[field.name]) is tuple:
            found.append(counted.get(field.name, field.name[:-1] + "_count"))
        found.append(field.name)
    return found + MORE.get(record, [])


def test_there_are_as_many_structs_as_records() -> None:
    assert RECORDS.keys() == STRUCTS.keys() - {"call", "fault", "code", "exchange", "recorder"}
    assert STRUCTS["code"] == [field.name for field in fields(Code)]


@pytest.mark.parametrize("name", RECORDS)
def test_fields(name: str) -> None:
    record = RECORDS[name]
    assert STRUCTS[name] == as_struct(record)
    keys = [field.name for field in fields(record) if field.name != "value"]
    assert keys == described(name)
    if name != "options":
        assert keys == list(dictionaries()[name])


def dictionaries() -> dict[str, list[str]]:
    """The keys of each dictionary of runtime/python/description.py, in order."""
    tree = ast.parse((RUNTIME / "python" / "description.py").read_text())
    return {
        node.name.removesuffix("Table").lower(): [one.target.id for one in node.body if isinstance(one, ast.AnnAssign)]  # type: ignore[union-attr]
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


def described(name: str) -> list[str]:
    """The keys that the binding gives the dictionary of a struct."""
    if name == "options":
        return STRUCTS[name]  # by the macro that declares them
    body = re.search(rf"^py::object describe_{name}\(.*?\n\}}\n", BINDING, flags=re.M | re.S)
    assert body
    return ["name", "doc", "place"] * ("named(" in body[0]) + re.findall(r'\.with\("(\w+)"', body[0])


@pytest.mark.parametrize("name", ["call", "fault", "code", "formula", "entry", "options", "module"])
def test_the_tests_see_it_as_it_is(name: str) -> None:
    views: dict[str, Any] = {"call": native.Call, "fault": native.Fault}
    view = views.get(name) or getattr(native, f"{name.title()}Table")
    assert [field for field, *_ in view._fields_] == STRUCTS[name]


def test_constants_have_the_names_of_their_texts() -> None:
    """The texts are in the order in which the binding spells them."""
    hints = [hint for record in RECORDS.values() for hint in get_type_hints(record, include_extras=True).values()]
    kinds = {get_args(hint)[1] for hint in hints if get_origin(hint) is Annotated}
    constants = {
        name: re.findall(r"TDSL_(\w+)", body) for body, name in re.findall(r"enum \{(.*?)\} (\w+);", HEADER, re.S)
    }
    assert constants.keys() == kinds
    assert constants["tdsl_dtype"] == [name.upper() for name in DTYPES]
    spelled = [re.findall(r'"(\w+)"', body) for body in re.findall(r"_names\[\] = \{(.*?)\};", BINDING)]
    assert sorted(spelled) == sorted([name.lower() for name in names] for names in constants.values())


def test_a_string_is_read_as_its_bytes() -> None:
    every = bytes(range(256))
    for content in (every, bytes(reversed(every)), b'??/"9\\0' * 99, b"plain text, 1 + 2 * (3 - 4): ok.", b""):
        literal = string_text(content)
        assert ast.literal_eval(f"b{literal}") == content  # Python has the octal numbers of C
        assert re.fullmatch(r'"(?:[A-Za-z0-9 _.:,*+()-]|\\[0-7]{3})*"', literal)


def test_equal_constants_are_one_and_null_is_written() -> None:
    size = table.extent(Dim.symbol("N") + Dim.of(1), {"N": 0})
    argument = table.ArgumentTable("x", "", "", "i64", (size, size), True, 0.0, -(1 << 63))
    formula = table.formula_table(Dim.symbol("N"), {"N": 0})
    entry = table.EntryTable("f", "a" * 150, "", (argument, argument), (), "", (), (), (), formula, formula)
    module = table.ModuleTable("m", "", "", "", "", BuildOptions(), ("N",), (), (entry, entry), None, ())
    printer = TablePrinter(module, [EntryCode(Code("workspace0", "run0"))] * 2)
    text = "\n".join(printer.lines)
    assert re.findall(r"(\w+)(?:\[\]) = \{", text) == ["dims_0", "shape_0", "arguments_0", "entries_0"]
    assert text.count("int64_t formula_") == 2  # one stops at the largest number
    assert ".default_integer = INT64_MIN" in text and ".results = nullptr" in text
    assert ".update = nullptr" in text and '"' + "a" * 75 + '"\n' in text
    assert ".initialise = nullptr" in printer.module and max(map(len, text.splitlines())) <= 120
