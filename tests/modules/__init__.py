"""Compiled modules as their users meet them, on both targets."""
