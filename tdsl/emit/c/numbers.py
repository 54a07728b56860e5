"""Sizes and literals as C++ expressions."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

from tdsl.types import F32, Dim, DType, Kind

_RATIO = {"//": "tdsl::floordiv", "%": "tdsl::mod"}


_OCTAL = {byte: f"\\{byte:03o}" for byte in range(256)}


def size_text(size: Dim, names: Mapping[str, str]) -> str:
    """A size; `names` are the C++ names of the dims."""
    return size.spell(names.__getitem__, lambda operator, top, bottom: f"{_RATIO[operator]}<int64_t>({top}, {bottom})")


def stored(dtype: DType) -> str:
    """The C++ type of an element in memory, where a bool is any byte: not all that come from outside are 0 or 1."""
    return "uint8_t" if dtype.kind is Kind.BOOL else dtype.c


def string_text(content: bytes) -> str:
    """A string of octal numbers: none of its bytes is spelled as it is, and compilers read it ten times as fast as an
    array."""
    return f'"{content.decode("latin-1").translate(_OCTAL)}"'


def literal_text(value: int | float, dtype: DType) -> str:
    """Exact: reals are hexadecimal."""
    if dtype.kind is Kind.BOOL:
        return "true" if value else "false"
    if dtype.kind is Kind.INTEGER:
        low = -(1 << (dtype.bits - 1)) if dtype.name != "u8" else 0
        whole = (int(value) - low) % (1 << dtype.bits) + low
        if whole == low and low:
            return f"std::numeric_limits<{dtype.c}>::min()"
        return f"{dtype.c}{{{whole}}}"
    number = _rounded(float(value)) if dtype == F32 else float(value)
    if math.isnan(number):
        return f"std::numeric_limits<{dtype.c}>::quiet_NaN()"
    if math.isinf(number):
        return f"{'-' if number < 0 else ''}std::numeric_limits<{dtype.c}>::infinity()"
    mantissa, exponent = number.hex().split("p")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    mantissa = mantissa + "0" if mantissa.endswith("x") else mantissa
    return f"{mantissa}p{exponent}{'f' if dtype == F32 else ''}"


def _rounded(value: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)
