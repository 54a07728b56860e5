from __future__ import annotations

del annotations


def _contents():
    """All of the module, where the names that its entries have cannot reach, builtins included."""
    from builtins import ArithmeticError, AssertionError, AttributeError, BaseException, BlockingIOError, Exception
    from builtins import FileExistsError, FileNotFoundError, FloatingPointError, ImportError, IndexError
    from builtins import IsADirectoryError, KeyboardInterrupt, KeyError, MemoryError, NotADirectoryError
    from builtins import NotImplementedError, OSError, OverflowError, PermissionError, RuntimeError, RuntimeWarning, StopIteration, TypeError, UserWarning
    from builtins import ValueError, ZeroDivisionError, all, any, bool, bytes, callable, compile, complex, dict
    from builtins import divmod, enumerate, eval, exec, float, frozenset, getattr, globals, hasattr, id, int
    from builtins import isinstance, issubclass, iter, len, list, map, max, memoryview, min, next, object, open
    from builtins import print, property, range, repr, reversed, set, slice, sorted, staticmethod, str, sum, super
    from builtins import tuple, type, vars, zip

@contents

    return numpy_module(@table, @entries, @initialise)


globals().update(_contents())
