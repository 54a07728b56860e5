"""The values of a model, as its methods see them: the interface of a core, native or NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .description import ModuleTable
from .device_arrays import OnDevice
from .steps import Run


class ModelValues:
    """A core holds the values of one model and has twelve methods.  Each reads its values at once: they are those of
    one call, even if other threads use the model meanwhile."""

    __slots__ = ()

    StopTraining: type[Exception]
    _module: ModuleTable
    _index: dict[str, int]
    _get: Callable[[int], object]  # a read-only snapshot, or a Python number
    _copy: Callable[[int], np.ndarray]
    _values: Callable[[], list[object]]  # `_get` of all
    _copies: Callable[[], list[np.ndarray]]
    # All or none: exact arrays, on the host without other references, or on the GPU of the model.
    _assign: Callable[[dict[int, np.ndarray]], None]
    _initialise: Callable[[int], None]
    _steps: Callable[[Run, int, int, tuple[float, ...]], tuple[list[tuple[float, ...]], int, tuple[float, ...]]]
    _row_order: Callable[[int, int, int], np.ndarray]  # of a seed, in an epoch, of so many rows
    _forget_steps: Callable[[], None]  # after those of a training
    _device: Callable[[], int]  # see devices.py
    _on_device: OnDevice
    _use_device: Callable[[int], None]

    def _path(self) -> str:
        """Its name in messages."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of all values by name."""
        return dict(zip(self._index, self._copies(), strict=True))
