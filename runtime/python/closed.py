"""Types that a module makes its objects of and then closes: nobody makes others, as none are made of native types."""

from __future__ import annotations


class ClosedType(type):
    """It has the attributes it is born with; once closed, it has no more objects and no subclasses."""

    def __call__(cls, *args: object, **kwargs: object) -> object:
        raise TypeError(f"cannot create '{cls.__name__}' instances")

    def __setattr__(cls, name: str, value: object) -> None:
        raise TypeError(f"cannot set '{name}' attribute of immutable type '{cls.__name__}'")

    def __delattr__(cls, name: str) -> None:
        raise TypeError(f"cannot delete '{name}' attribute of immutable type '{cls.__name__}'")

    def close(cls) -> None:
        """Python makes no object of an abstract type, whoever asks."""
        type.__setattr__(cls, "__abstractmethods__", frozenset({"__init__"}))


class Closed(metaclass=ClosedType):
    """Attributes are set by `made`, and by nobody later."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        for base in cls.__bases__:
            if getattr(base, "__abstractmethods__", ()):
                raise TypeError(f"type '{base.__name__}' is not an acceptable base type")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"attribute '{name}' of '{type(self).__name__}' objects is not writable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"attribute '{name}' of '{type(self).__name__}' objects is not writable")
