"""Loops as C++."""
