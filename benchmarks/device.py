"""The device of the measurements: contenders that can compute on it put their arrays there."""

from __future__ import annotations

import os
import sys
from typing import Any

VARIABLE = "TDSL_BENCHMARKS_DEVICE"
DEVICE = os.environ.get(VARIABLE, "cpu")


def tensor(array: Any) -> Any:
    """A NumPy array as a tensor of PyTorch on the device; on the CPU both share their memory."""
    import torch

    return torch.from_numpy(array).to(DEVICE)


def placed(array: Any) -> Any:
    """A NumPy array as tdsl takes it: itself on the CPU, else a tensor of PyTorch on the device."""
    return array if DEVICE == "cpu" else tensor(array)


def read(array: Any) -> Any:
    """The NumPy array of one that `placed` has returned."""
    return array if DEVICE == "cpu" else values(array)


def staying() -> dict[str, str]:
    """Keywords of a call of tdsl whose results stay on the device."""
    return {} if DEVICE == "cpu" else {"out": "device"}


def parameter(array: Any) -> Any:
    """A copy of a NumPy array on the device, with gradients."""
    import torch

    return torch.tensor(array, device=DEVICE).requires_grad_()


def values(tensor: Any) -> Any:
    """The values of a tensor of PyTorch as a NumPy array."""
    return tensor.detach().cpu().numpy()


def wait() -> None:
    """Returns once all work of this process on the device is done; only PyTorch returns from a call before."""
    if DEVICE != "cpu" and "torch" in sys.modules:
        sys.modules["torch"].cuda.synchronize()
