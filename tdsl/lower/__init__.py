"""From a program to loops: what gets memory, which kernels fill it, and how they share the workspace."""

from tdsl.lower.module import lower

__all__ = ["lower"]
