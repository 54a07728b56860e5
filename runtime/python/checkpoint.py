"""Checkpoints: .npz files without pickle, checked against the declarations before anything else.

Beside one .npy per variable, the member `__schema__.json` says which module they belong to, and what it was made with.
Other members that begin with `__` belong to a training (training_file.py).
"""

from __future__ import annotations

import contextlib
import typing
from collections.abc import Iterator, Mapping

import numpy as np

from .conversion import checked_boolean, checked_value
from .description import ModuleTable
from .made_with import made_with
from .replacing import regular_file, replaced_file
from .state import (
    SCHEMA_MEMBER,
    array_type,
    compared,
    declared_type,
    difference,
    keep_states_together,
    refuse_differences,
    source_hash,
    source_names,
)
from .state_report import StateReport
from .values import ModelValues

if typing.TYPE_CHECKING:
    import zipfile

LARGEST_SCHEMA = 1 << 24
LARGEST_HEADER = 1 << 16


def save_checkpoint(model: ModelValues, path: object) -> None:
    """Saves to a file that is replaced atomically, or to a file object from its current position on."""
    import io
    import os

    module, values = model._module, model.state_dict()
    if isinstance(path, io.TextIOBase):
        raise TypeError(f"{module['name']}.Model.save: the file is open for text, expected one for bytes")
    if hasattr(path, "write"):
        write_values(module, values, typing.cast(typing.BinaryIO, _Forward(path)))
        return
    with replaced_file(os.fsdecode(os.fspath(path))) as file:  # type: ignore[call-overload]
        write_values(module, values, file)


class _Forward:
    """A file object as a write-only stream: some objects can do nothing else, or not from their current position."""

    def __init__(self, file: typing.Any) -> None:
        self._file = file

    def write(self, content: bytes) -> int:
        """Writes everything, although a raw file may accept only a part at a time."""
        rest = content
        while True:
            count = self._file.write(rest)
            if not isinstance(count, int) or count >= len(rest):
                return len(content)
            if count <= 0:
                raise OSError(f"{type(self._file).__name__} takes no more bytes")
            rest = rest[count:]

    def flush(self) -> None:
        flush = getattr(self._file, "flush", None)
        if flush is not None:
            flush()


def write_values(
    module: ModuleTable,
    values: Mapping[str, np.ndarray],
    file: typing.BinaryIO,
    texts: Mapping[str, str] | None = None,
) -> None:
    """One member for each value, under any name, and for each of the other texts."""
    import json
    import zipfile

    schema = {
        "format": "tdsl checkpoint",
        "version": 1,
        "module": module["name"],
        "source_hash": source_hash(module),
        **made_with(module),
        "variables": [
            {"name": table["name"], "dtype": table["dtype"], "shape": list(table["shape"])}
            for table in module["variables"]
        ],
    }
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in {SCHEMA_MEMBER: json.dumps(schema), **(texts or {})}.items():
            archive.writestr(zipfile.ZipInfo(name), text)
        for name, value in values.items():
            info = zipfile.ZipInfo(f"{name}.npy")
            if not value.any():  # such as the states of a rule before any training
                info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, value, allow_pickle=False)


def load_checkpoint(
    model: ModelValues, path: object, strict: bool, renamed: Mapping[str, str] | None = None
) -> StateReport:
    """Loads from a path or a file object that can seek."""
    import os

    where = f"{model._module['name']}.Model.load: "
    strict = checked_boolean(strict, f"{where}strict")
    if hasattr(path, "read"):
        name = str(getattr(path, "name", type(path).__name__))
        return _load(model, typing.cast(typing.BinaryIO, path), where + name, strict, renamed)
    target = os.fsdecode(os.fspath(path))  # type: ignore[call-overload]
    with regular_file(target) as file:
        return _load(model, file, where + target, strict, renamed)


def _load(
    model: ModelValues, file: typing.BinaryIO, where: str, strict: bool, renamed: Mapping[str, str] | None
) -> StateReport:
    """Allocates a member only after its dtype and shape are found to be those of the declaration."""
    import zipfile

    module = model._module
    with damage_reported(where):
        archive = zipfile.ZipFile(file)
        schema_hash = _schema_hash(archive)
    report, values = read_values(model, archive, "", where, strict, renamed)
    same = None if schema_hash is None else schema_hash == source_hash(module)
    model._assign({model._index[name]: checked_value(module, model._index[name], values[name]) for name in values})
    return report._replace(same_source=same)


def read_values(
    model: ModelValues,
    archive: zipfile.ZipFile,
    folder: str,
    where: str,
    strict: bool = True,
    renamed: Mapping[str, str] | None = None,
) -> tuple[StateReport, dict[str, np.ndarray]]:
    """The values whose members are in a folder of the archive, "" or "__best__/"."""
    with damage_reported(where):
        found = {
            member[len(folder) : -len(".npy")]: _header(archive, member)
            for member in archive.namelist()
            if member.endswith(".npy") and (member.startswith(folder) if folder else not member.startswith("__"))
        }
    names = source_names(model, found, renamed, where)
    report = compared(model, names, found, lambda name: array_type(*found[name]))
    for name in list(report.loaded):
        got, expected = array_type(*found[names[name]]), declared_type(model, name)
        if got != expected:
            report.loaded.remove(name)
            report.mismatched[name] = difference(got, expected)
    if strict:
        refuse_differences(where, report)
    keep_states_together(model, report)
    with damage_reported(where):
        return report, {name: _values(archive, folder + names[name], *found[names[name]]) for name in report.loaded}


@contextlib.contextmanager
def damage_reported(where: str) -> Iterator[None]:
    """A damaged file fails in as many ways as there are decoders."""
    try:
        yield
    except Exception as error:
        raise ValueError(f"{where}: not a readable checkpoint ({error})") from error


def _schema_hash(archive: zipfile.ZipFile) -> str | None:
    import json

    if SCHEMA_MEMBER not in archive.namelist():
        return None  # written by numpy.savez, without a schema
    return str(json.loads(read_text(archive, SCHEMA_MEMBER, LARGEST_SCHEMA))["source_hash"])


def read_text(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A member of at most so many bytes."""
    if archive.getinfo(name).file_size > most:
        raise ValueError(f"{name} is too large")
    return archive.read(name)


def _header(archive: zipfile.ZipFile, member: str) -> tuple[np.dtype, tuple[int, ...]]:
    with archive.open(member) as stream:
        dtype, shape, _ = _read_header(stream)
    return dtype, shape


def _read_header(stream: typing.IO[bytes]) -> tuple[np.dtype, tuple[int, ...], bool]:
    """Reads no more than an array of numbers needs, even if the header claims a greater length."""
    import io

    start = stream.read(8)  # magic and version
    length = stream.read(2 if start[6:7] == b"\x01" else 4)
    if int.from_bytes(length, "little") > LARGEST_HEADER:
        raise ValueError("the header of an array is too long")
    header = io.BytesIO(start + length + stream.read(int.from_bytes(length, "little")))
    version = np.lib.format.read_magic(header)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(header)
    elif version == (2, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(header)
    else:
        raise ValueError(f"version {version} of the .npy format")
    return dtype, tuple(shape), fortran


def _values(archive: zipfile.ZipFile, name: str, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    with archive.open(f"{name}.npy") as stream:
        _, _, fortran = _read_header(stream)
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        content = stream.read(size)
        # Reading to the end also verifies the checksum.
        if len(content) != size or stream.read(1):
            raise ValueError(f"'{name}' has not the {size} bytes its shape needs")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")
