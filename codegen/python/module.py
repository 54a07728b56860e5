from __future__ import annotations

del annotations


def _contents():
    """All of the module, where the names that its entries have cannot reach, builtins included."""
    from builtins import ArithmeticError, AssertionError, AttributeError, BaseException, BlockingIOError, Exception
    from builtins import FileExistsError, FileNotFoundError, FloatingPointError, ImportError, IndexError
    from builtins import IsADirectoryError, KeyError, KeyboardInterrupt, MemoryError, NotADirectoryError
    from builtins import NotImplementedError, OSError, OverflowError, PermissionError, RuntimeError, RuntimeWarning
    from builtins import StopIteration, TypeError, UserWarning, ValueError, ZeroDivisionError, all, any, bool, bytes
    from builtins import callable, compile, complex, dict, divmod, enumerate, eval, exec, filter, float, frozenset
    from builtins import getattr, globals, hasattr, id, int, isinstance, issubclass, iter, len, list, map, max
    from builtins import memoryview, min, next, object, open, print, property, range, repr, reversed, set, slice, sorted
    from builtins import staticmethod, str, sum, super, tuple, type, vars, zip

@contents

    return numpy_module(@table, @entries, @initialise)


globals().update(_contents())
