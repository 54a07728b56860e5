"""What every generated module carries in Python: conversion, errors, the model class, training and checkpoints.

These files are bundled into one text (`tdsl/emit/bundle.py`), so top-level names are unique among them and each
import is one line.  They use the standard library and NumPy only, and import slowly loading things where needed.
"""
