"""A C library: its header, and the source of the functions that it exports.

int miku_train(miku_model *model, int64_t B, const float *x, const float *y_hat, float lr, float *C);
"""

from __future__ import annotations

from collections.abc import Iterable

from tdsl.describe.table import (
    ArgumentTable,
    EntryTable,
    Extent,
    ModuleTable,
    TrainingTable,
    VariableTable,
    signature,
    type_text,
)
from tdsl.emit.c.names import Names, letters
from tdsl.emit.c.printer import plain_text, string_text
from tdsl.emit.frames import filled
from tdsl.record import record

# In the order of Status in runtime/source/library.hpp.
STATUSES = {
    "OK": "",
    "BAD_ARGUMENT": "sizes that do not fit, or NULL",
    "BAD_INDEX": "an index is out of bounds",
    "BAD_DIVISION": "an integer is divided by zero",
    "BAD_MATRIX": "a matrix is singular, or not positive definite",
    "BAD_ASSERTION": "an assert of the program failed",
    "NOT_FINITE": "infinity or NaN, where the program refuses them",
    "NO_MEMORY": "the call needs more memory than there is or may be used",
    "BAD_FILE": "a checkpoint cannot be read or written",
    "BAD_PROCESSOR": "the library was compiled for another processor",
    "INTERNAL": "a mistake of the library",
}
_TYPES = {"bool": "bool", "u8": "uint8_t", "i32": "int32_t", "i64": "int64_t", "f32": "float", "f64": "double"}
_OF_MODELS = ("create", "copy", "destroy", "reset", "get", "set", "save", "load")
# Names that a parameter cannot have: those of this file, and a word of C that C++ does not reserve.
_TAKEN = ("model", "arguments", "dims", "results", "fits_processor", "inside", "tdsl", "restrict")


@record(frozen=True)
class LibraryTexts:
    """`header` is NAME.h, `exports` the C++ source of what it declares, and `symbols` the script of the linker that
    hides all else."""

    header: str
    exports: str
    symbols: str


@record(frozen=True)
class _Function:
    """An entry as a function of C: the lines of its comment, its head, and its body."""

    about: tuple[str, ...]
    head: str
    body: tuple[str, ...]

    @property
    def declaration(self) -> str:
        return "\n".join(["", *self.about, f"{self.head};"])

    @property
    def definition(self) -> str:
        return "\n".join([f"{self.head} {{", *(f"    {line}" for line in self.body), "}"])


def emit_library(table: ModuleTable) -> LibraryTexts:
    """The texts for a module with code for the CPU."""
    prefix = letters(table.name)
    big, stateful = prefix.upper(), bool(table.variables)
    names = Names()
    for own in ("error", "set_threads", "status", *(("model", *_OF_MODELS) if stateful else ())):
        names.add(f"{prefix}_{own}")
    functions = [
        _function(entry, number, table, names.add(f"{prefix}_{letters(entry.name)}"), prefix)
        for number, entry in enumerate(table.entries)
    ]
    functions += [
        _training(training, number, table, names.add(f"{prefix}_{letters(training.name)}"), prefix)
        for number, training in enumerate(table.trainings)
    ]
    declared = [function.declaration for function in functions]
    defined = [function.definition for function in functions]
    inside = ""
    if stateful:
        model = filled("library/model.h", prefix=prefix, source=plain_text(table.source))
        declared = [model.rstrip("\n"), *declared, *_accessors(table.variables, prefix, names)]
        defined.append(filled("library/model_functions.cpp", prefix=prefix, big=big).rstrip("\n"))
        inside = filled("library/model.cpp", prefix=prefix)
    header = filled(
        "library/header.h",
        doc="\n".join(_comment(table.doc or f"The functions of {table.source}.")),
        prefix=prefix,
        big=big,
        statuses="\n".join(_statuses(big)),
        functions="\n".join(declared) + "\n",
    )
    exports = filled(
        "library/exports.cpp",
        name=table.name,
        prefix=prefix,
        library=string_text(table.name.encode()),
        model=inside,
        functions="\n\n".join(defined),
    )
    return LibraryTexts(header, exports, f"{{ global: {prefix}_*; local: *; }};\n")


def _statuses(big: str) -> Iterable[str]:
    last, widest = len(STATUSES) - 1, len(big) + 2 + max(map(len, STATUSES))
    for number, (name, meaning) in enumerate(STATUSES.items()):
        comma = "," if number < last else ""
        yield f"    {f'{big}_{name}{comma}':{widest}}{f'  // {meaning}' if meaning else ''}".rstrip()


def _comment(text: str) -> list[str]:
    return [f"// {plain_text(line)}".rstrip() for line in text.strip().splitlines()]


@record(frozen=True)
class _Parameters:
    """The parameters of an entry: its sizes by dim, the declarations and addresses of its arguments, and the rows that
    explain them."""

    names: Names
    sizes: dict[int, str]
    declared: list[str]
    addresses: list[str]
    rows: list[tuple[str, str, str]]

    @staticmethod
    def of(entry: EntryTable, table: ModuleTable, prefix: str) -> _Parameters:
        names = Names(_TAKEN)
        sizes = {dim: names.add(table.dims[dim]) for dim in _given_dims(entry)}
        declared = [f"{prefix}_model *model"] if table.variables else []
        declared += [f"int64_t {size}" for size in sizes.values()]
        found = _Parameters(names, sizes, declared, [], [])
        for argument in entry.arguments:
            if argument.binds:
                own = sizes.get(argument.binds.dim)
                found.addresses.append(f"&{own}" if own else "nullptr")
                continue
            parameter, type = names.add(argument.name), _TYPES[argument.dtype]
            declared.append(f"const {type} *{parameter}" if argument.shape else f"{type} {parameter}")
            found.addresses.append(parameter if argument.shape else f"&{parameter}")
            found.rows.append((parameter, _argument_text(argument), argument.doc))
        return found

    def add(self, wanted: str, declaration: str, type: str, doc: str) -> str:
        """One more parameter, whose name replaces `@` in the declaration."""
        name = self.names.add(wanted)
        self.declared.append(declaration.replace("@", name))
        self.rows.append((name, type, doc))
        return name

    def about(self, doc: str, first: str) -> tuple[str, ...]:
        """The comment of the function."""
        widest = max((len(word) for word, _, _ in self.rows), default=0)
        rows = (f"{word:{widest}}  {type}  {' '.join(doc.split())}" for word, type, doc in self.rows)
        return (*_comment(f"{doc}\n{first}" if doc else first), *(f"//  {plain_text(row)}".rstrip() for row in rows))

    def head(self, name: str) -> str:
        return f"int {name}({', '.join(self.declared) or 'void'})"

    def body(self, table: ModuleTable, prefix: str) -> tuple[str, ...]:
        """The statements that both kinds of functions begin with."""
        values = [self.sizes.get(dim, "-1") for dim in range(len(table.dims))]
        return (
            f"if (!fits_processor()) return {prefix.upper()}_BAD_PROCESSOR;",
            f"const void *const arguments[] = {{{', '.join([*self.addresses, 'nullptr'])}}};",
            f"const int64_t dims[] = {{{', '.join([*values, '-1'])}}};",
        )


def _function(entry: EntryTable, number: int, table: ModuleTable, name: str, prefix: str) -> _Function:
    given = _Parameters.of(entry, table, prefix)
    returned = [result for result in entry.results if result.role == "return"]
    unnamed = ["result"] if len(returned) == 1 else [f"result_{number + 1}" for number in range(len(returned))]
    places = [
        given.add(result.name or other, f"{_TYPES[result.dtype]} *@", type_text(result.dtype, result.shape), "result")
        for result, other in zip(returned, unnamed, strict=True)
    ]
    model = "inside(model)" if table.variables else "nullptr"
    body = (
        *given.body(table, prefix),
        f"void *const results[] = {{{', '.join([*places, 'nullptr'])}}};",
        f"return tdsl::library::call({model}, {number}, arguments, dims, results);",
    )
    return _Function(given.about(entry.doc, signature(entry)), given.head(name), body)


def _training(training: TrainingTable, number: int, table: ModuleTable, name: str, prefix: str) -> _Function:
    entry = table.entries[training.entry]
    given = _Parameters.of(entry, table, prefix)
    rows = f"minibatches of {training.batch} rows" if training.batch else "all rows at once"
    first = f"Calls {entry.name} for {rows}, epoch by epoch.  If a step fails, those before it stay."
    epochs = str(training.epochs)
    if training.epochs < 0:
        epochs = given.add("epochs", "int64_t @", "i64", "their number")
    seed = given.add("seed", "int64_t @", "i64", "of the orders of the rows") if training.shuffle else "0"
    shown = "epochs" if training.epochs < 0 else epochs
    costs = given.add("costs", "double *@", f"f64[{shown}]", "result: the mean cost of each epoch")
    body = (
        *given.body(table, prefix),
        f"return tdsl::library::train(inside(model), {number}, arguments, dims, {epochs}, {seed}, {costs});",
    )
    return _Function(given.about(training.doc, first), given.head(name), body)


def _given_dims(entry: EntryTable) -> list[int]:
    """The dims that the arguments have as plain sizes, in the order of their first occurrence."""
    plain: list[Extent] = []
    for argument in entry.arguments:
        plain += [argument.binds] if argument.binds else argument.shape
    return list(dict.fromkeys(extent.dim for extent in plain if extent.size < 0 and extent.dim >= 0))


def _argument_text(argument: ArgumentTable) -> str:
    text = type_text(argument.dtype, argument.shape)
    if not argument.has_default:
        return text
    default: object = argument.default_real if argument.dtype in ("f32", "f64") else argument.default_integer
    return f"{text} = {bool(default) if argument.dtype == 'bool' else default}"


def _accessors(variables: Iterable[VariableTable], prefix: str, names: Names) -> Iterable[str]:
    """A typed function for each variable, to get and to set it."""
    for variable in variables:
        type, count = _TYPES[variable.dtype], 1
        for size in variable.shape:
            count *= size
        shape = f"[{', '.join(map(str, variable.shape))}]" if variable.shape else ""
        about = _comment(f"{variable.name}: {variable.dtype}{shape}  {' '.join(variable.doc.split())}")
        key = string_text(variable.name.encode("utf-8", "surrogateescape"))
        bytes = f"(size_t){count} * sizeof({type})"
        for kind, const in (("get", ""), ("set", "const ")):
            name = names.add(f"{prefix}_{kind}_{letters(variable.name)}")
            about += [
                f"static inline int {name}({prefix}_model *model, {const}{type} *value) {{",
                f"    return {prefix}_{kind}(model, {key}, value, {bytes});",
                "}",
            ]
        yield "\n".join(["", *about])
