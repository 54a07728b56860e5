"""Closed types: a module makes its instances and then refuses others, like the types of a native module."""

from __future__ import annotations


class ClosedType(type):
    """Its attributes are fixed; once closed, it has no more instances and no subclasses."""

    def __call__(cls, *args: object, **kwargs: object) -> object:
        raise TypeError(f"cannot create '{cls.__name__}' instances")

    def __setattr__(cls, name: str, value: object) -> None:
        raise TypeError(f"cannot set '{name}' attribute of immutable type '{cls.__name__}'")

    def __delattr__(cls, name: str) -> None:
        raise TypeError(f"cannot delete '{name}' attribute of immutable type '{cls.__name__}'")

    def close(cls) -> None:
        """Makes the type abstract, so that Python makes no instances."""
        type.__setattr__(cls, "__abstractmethods__", frozenset({"__init__"}))


class Closed(metaclass=ClosedType):
    """Only `made` sets attributes."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        for base in cls.__bases__:
            if getattr(base, "__abstractmethods__", ()):
                raise TypeError(f"type '{base.__name__}' is not an acceptable base type")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"attribute '{name}' of '{type(self).__name__}' objects is not writable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"attribute '{name}' of '{type(self).__name__}' objects is not writable")
