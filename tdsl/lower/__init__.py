"""From a program to loops: the nodes with memory, and the kernels that fill it."""

from tdsl.lower.module import lower

__all__ = ["lower"]
