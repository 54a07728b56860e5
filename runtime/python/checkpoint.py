"""Checkpoints: .npz files without pickle, written atomically, checked against the declarations before anything else.

Beside one .npy per variable, the member `__schema__.json` says which module they belong to.
"""

from __future__ import annotations

import typing

import numpy as np

from .description import DTYPES
from .state import StateReport, compared, refuse_differences, source_hash

if typing.TYPE_CHECKING:
    import zipfile

    from .model import ModelMethods

SCHEMA_MEMBER = "__schema__.json"
LARGEST_SCHEMA = 1 << 24


def save_checkpoint(model: ModelMethods, path: object) -> None:
    """A reader sees the old file or the new one, whatever happens meanwhile."""
    import json
    import os
    import zipfile

    module = model._module
    target = os.fsdecode(os.fspath(path))  # type: ignore[call-overload]
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
    temporary = f"{target}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
    try:
        with open(temporary, "xb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                archive.writestr(zipfile.ZipInfo(SCHEMA_MEMBER), json.dumps(schema))
                for name, value in model.state_dict().items():
                    with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, value, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException as error:
        if os.path.exists(temporary):
            os.unlink(temporary)
        if isinstance(error, OSError) and error.filename == temporary:
            raise OSError(error.errno, error.strerror, target) from None
        raise
    folder = os.open(os.path.dirname(target) or ".", os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load_checkpoint(model: ModelMethods, path: object, strict: bool) -> StateReport:
    """Nothing is allocated for a member before its dtype and shape are those of the declaration."""
    import os
    import zipfile

    module = model._module
    target = os.fsdecode(os.fspath(path))  # type: ignore[call-overload]
    where = f"{module['name']}.Model.load: {target}"
    with open(target, "rb") as file:
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
                    name: (known.get(dtype.newbyteorder("="), str(dtype)), shape)
                    for name, (dtype, shape) in found.items()
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
    if module["refuse_nan"]:
        from .model import checked_value

        values = {index: checked_value(module, index, value) for index, value in values.items()}
    model._assign(values)
    return report


def _schema_hash(archive: zipfile.ZipFile) -> str | None:
    import json

    if SCHEMA_MEMBER not in archive.namelist():
        return None  # written by numpy.savez: the arrays speak for themselves
    if archive.getinfo(SCHEMA_MEMBER).file_size > LARGEST_SCHEMA:
        raise ValueError("the schema is too large")
    return str(json.loads(archive.read(SCHEMA_MEMBER))["source_hash"])


def _header(archive: zipfile.ZipFile, member: str) -> tuple[np.dtype, tuple[int, ...]]:
    with archive.open(member) as stream:
        dtype, shape, _ = _read_header(stream)
    return dtype, shape


def _read_header(stream: typing.IO[bytes]) -> tuple[np.dtype, tuple[int, ...], bool]:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(stream)
    else:
        raise ValueError(f"version {version} of the .npy format")
    return dtype, tuple(shape), fortran


def _values(archive: zipfile.ZipFile, name: str, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    with archive.open(f"{name}.npy") as stream:
        _, _, fortran = _read_header(stream)
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        content = stream.read(size)
        # Reading on to the end is also what verifies the checksum.
        if len(content) != size or stream.read(1):
            raise ValueError(f"'{name}' has not the {size} bytes its shape needs")
    array = np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")
    return np.array(array, dtype=dtype.newbyteorder("="), order="C", copy=True)
