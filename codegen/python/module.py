from __future__ import annotations

del annotations


def _contents():
    """All of the module, where the names that its entries have cannot reach, builtins included."""
    from builtins import AssertionError, AttributeError, BaseException, BlockingIOError, Exception, FileNotFoundError
    from builtins import FloatingPointError, ImportError, IndexError, IsADirectoryError, KeyError, MemoryError, OSError
    from builtins import OverflowError, PermissionError, RuntimeError, StopIteration, TypeError, UserWarning, ValueError
    from builtins import ZeroDivisionError, all, any, bool, bytes, callable, compile, complex, dict, divmod, enumerate
    from builtins import eval, exec, float, frozenset, getattr, globals, hasattr, id, int, isinstance, issubclass, iter
    from builtins import len, list, map, max, memoryview, min, next, object, open, print, property, range, repr
    from builtins import reversed, set, slice, sorted, staticmethod, str, super, tuple, type, vars, zip

@contents

    return numpy_module(@table, @entries, @initialise)


globals().update(_contents())
