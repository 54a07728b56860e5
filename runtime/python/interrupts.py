"""Ctrl-C during a training takes effect between two steps, when its values are whole and it can be saved.

What a signal's handler raises is lost where Python happens to run a finalizer (`__del__`, the callback of a weak
reference) or collects garbage.  This handler raises nothing there, so that no Ctrl-C is lost.
"""

from __future__ import annotations

import _signal  # what `signal` adds to it breaks where memory runs out
import contextlib
import threading
import typing
from collections.abc import Callable, Iterator


class Interrupts:
    """While it is active and `holding`, SIGINT waits for the next `check`; a second one takes effect at once."""

    def __init__(self) -> None:
        self._original: Callable[[int, typing.Any], object] | None = None
        self._installed: Callable[[int, typing.Any], object] | None = None
        self._holding, self._waiting = True, False

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            original, own = _signal.getsignal(_signal.SIGINT), self._handle
            if callable(original):  # neither ignored nor another program's
                with contextlib.suppress(ValueError):  # in an interpreter that gets no signals
                    _signal.signal(_signal.SIGINT, own)
                    self._original, self._installed = original, own
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._original is None:
            return
        if _signal.getsignal(_signal.SIGINT) is self._installed:  # no callback has set another one
            _signal.signal(_signal.SIGINT, self._original)
        self._installed = None
        if kind is None:
            self.check()
        self._original = None

    def _handle(self, number: int, frame: object) -> None:
        if self._holding and not self._waiting:
            self._waiting = True
        elif self._original is not None:
            self._waiting = False
            self._original(number, frame)

    def check(self) -> None:
        """Lets a signal that has waited take effect: KeyboardInterrupt, unless the program has another handler."""
        if self._waiting and self._original is not None:
            self._waiting = False
            self._original(_signal.SIGINT, None)

    @contextlib.contextmanager
    def released(self) -> Iterator[None]:
        """Code of the user, which a signal interrupts anywhere."""
        self.check()
        self._holding = False
        try:
            yield
        finally:
            self._holding = True
