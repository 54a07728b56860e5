"""`tdsl.config`: the layer of settings given in code.

tdsl.config.float = 64
with tdsl.config.override(nan="refuse"):
    ...
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from tdsl.settings.layers import checked, resolve
from tdsl.settings.raw_setting import RawSetting
from tdsl.settings.table import TABLE

_overridden: ContextVar[Mapping[str, object]] = ContextVar("tdsl_overridden")
_ORIGIN = "tdsl.config"


class Config:
    """Attributes are settings: reading gives the value in force here, writing sets it for this process.

    An override holds for the code inside its `with` only, and only in that thread or task.
    """

    _assigned: dict[str, object]

    def __init__(self) -> None:
        object.__setattr__(self, "_assigned", {})

    @property
    def layer(self) -> dict[str, object]:
        return {**self._assigned, **_overridden.get({})}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in TABLE:
            raise AttributeError(f"there is no setting {name!r}")
        return getattr(resolve(Path.cwd(), self.layer, {}, _ORIGIN).settings, name)

    def __setattr__(self, name: str, value: object) -> None:
        self._assigned[name] = checked(RawSetting(name, value, _ORIGIN))

    def __delattr__(self, name: str) -> None:
        self._assigned.pop(name, None)

    def __dir__(self) -> list[str]:
        return [*TABLE, "override"]

    def __repr__(self) -> str:
        settings = resolve(Path.cwd(), self.layer, {}, _ORIGIN).settings
        return "tdsl.config(" + ", ".join(f"{name}={getattr(settings, name)!r}" for name in TABLE) + ")"

    @contextmanager
    def override(self, **values: object) -> Iterator[Config]:
        inner = {name: checked(RawSetting(name, value, "tdsl.config.override")) for name, value in values.items()}
        token = _overridden.set({**_overridden.get({}), **inner})
        try:
            yield self
        finally:
            _overridden.reset(token)


config = Config()
