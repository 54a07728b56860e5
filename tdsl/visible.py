"""Foreign text in messages: characters that control a terminal or the direction of writing are made visible."""

from __future__ import annotations

from collections.abc import Callable

_CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"}
_OTHERS = (
    range(0x80, 0xA0),
    range(0x200E, 0x2010),
    range(0x2028, 0x202F),
    range(0x2066, 0x206A),
    range(0xD800, 0xE000),
)
_SHOWN = {
    **_CONTROLS,
    0x7F: 0x2421,
    0x061C: 0xFFFD,
    **{code: 0xFFFD for codes in _OTHERS for code in codes},
}


def visible(text: str) -> str:
    """Replaces them one by one, so that columns stay: `␛` for ESC, `�` for those without a picture."""
    return text if text.isascii() and text.isprintable() else text.translate(_SHOWN)


def value_text(value: object, write: Callable[[object], str] = repr) -> str:
    """The text of a value, cut; Python writes no integer of many thousand digits."""
    try:
        return write(value)[:80]
    except ValueError:
        return f"an integer of {value.bit_length()} bits" if isinstance(value, int) else f"a {type(value).__name__}"
