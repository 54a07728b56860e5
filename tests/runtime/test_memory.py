"""The limit of a control group."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tdsl.emit.bundle import bundle

ROOT = "/sys/fs/cgroup"


@pytest.mark.parametrize(
    ("files", "limits"),
    [
        (
            {"/proc/self/cgroup": "0::/a/b\n", f"{ROOT}/a/memory.max": "1000\n", f"{ROOT}/a/b/memory.max": "max\n"},
            [1000],
        ),
        ({"/proc/self/cgroup": "0::/\n", f"{ROOT}/memory.max": "7"}, [7]),
        (
            {
                "/proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/x\n",
                f"{ROOT}/memory/memory.limit_in_bytes": "9000",
                f"{ROOT}/memory/x/memory.limit_in_bytes": "2000",
            },
            [9000, 2000],
        ),
        ({"/proc/self/cgroup": "5:cpu:/x\n"}, []),
        ({}, []),
    ],
)
def test_control_groups(files: dict[str, str], limits: list[int]) -> None:
    def opened(path: str, encoding: str) -> io.StringIO:
        if path not in files:
            raise FileNotFoundError(path)
        return io.StringIO(files[path])

    space: dict[str, Any] = {"__name__": "limited", "open": opened}
    exec(compile(bundle(), "<bundle>", "exec"), space)
    assert [size for size, _ in space["_group_limits"]()] == limits
