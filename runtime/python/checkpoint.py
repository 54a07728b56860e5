"""Checkpoints: .npz files without pickle, checked against the declarations before anything else.

Beside one .npy per variable, the member `__schema__.json` says which module they belong to.
"""

from __future__ import annotations

import typing

import numpy as np

from .conversion import checked_boolean, checked_value
from .description import DTYPES, ModuleTable
from .replacing import regular_file, replaced_file
from .state import SCHEMA_MEMBER, StateReport, compared, refuse_differences, source_hash
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
        _write(module, values, typing.cast(typing.BinaryIO, _Forward(path)))
        return
    with replaced_file(os.fsdecode(os.fspath(path))) as file:  # type: ignore[call-overload]
        _write(module, values, file)


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


def _write(module: ModuleTable, values: dict[str, np.ndarray], file: typing.BinaryIO) -> None:
    import json
    import zipfile

    schema = {
        "format": "tdsl checkpoint",
        "version": 1,
        "module": module["name"],
        "source_hash": source_hash(module),
        "variables": [
            {"name": table["name"], "dtype": table["dtype"], "shape": list(table["shape"])}
            for table in module["variables"]
        ],
    }
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(SCHEMA_MEMBER), json.dumps(schema))
        for name, value in values.items():
            info = zipfile.ZipInfo(f"{name}.npy")
            if not value.any():  # such as the states of a rule before any training
                info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, value, allow_pickle=False)


def load_checkpoint(model: ModelValues, path: object, strict: bool) -> StateReport:
    """Loads from a path or a file object that can seek."""
    import os

    where = f"{model._module['name']}.Model.load: "
    strict = checked_boolean(strict, f"{where}strict")
    if hasattr(path, "read"):
        name = str(getattr(path, "name", type(path).__name__))
        return _load(model, typing.cast(typing.BinaryIO, path), where + name, strict)
    target = os.fsdecode(os.fspath(path))  # type: ignore[call-overload]
    with regular_file(target) as file:
        return _load(model, file, where + target, strict)


def _load(model: ModelValues, file: typing.BinaryIO, where: str, strict: bool) -> StateReport:
    """Allocates a member only after its dtype and shape are found to be those of the declaration."""
    import zipfile

    module = model._module
    try:
        with zipfile.ZipFile(file) as archive:
            schema_hash = _schema_hash(archive)
            found = {
                member[: -len(".npy")]: _header(archive, member)
                for member in archive.namelist()
                if member.endswith(".npy")
            }
            known = {dtype: name for name, dtype in DTYPES.items()}
            kinds = {
                name: (known.get(dtype.newbyteorder("="), str(dtype)), shape) for name, (dtype, shape) in found.items()
            }
            report = compared(module, kinds)
            values = {
                model._index[name]: _values(archive, name, *found[name])
                for name in report["loaded"]
                if not strict or not (report["missing"] or report["unexpected"] or report["mismatched"])
            }
    except Exception as error:  # a damaged file fails in as many ways as there are decoders
        raise ValueError(f"{where}: not a readable checkpoint ({error})") from error
    if strict:
        refuse_differences(where, report)
    report["same_source"] = schema_hash == source_hash(module) if schema_hash is not None else None
    model._assign({index: checked_value(module, index, value) for index, value in values.items()})
    return report


def _schema_hash(archive: zipfile.ZipFile) -> str | None:
    import json

    if SCHEMA_MEMBER not in archive.namelist():
        return None  # written by numpy.savez, without a schema
    if archive.getinfo(SCHEMA_MEMBER).file_size > LARGEST_SCHEMA:
        raise ValueError("the schema is too large")
    return str(json.loads(archive.read(SCHEMA_MEMBER))["source_hash"])


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
