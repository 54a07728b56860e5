"""The Python part of every generated module: conversion, errors, the model class, training and checkpoints.

These files are bundled into one text (`tdsl/emit/bundle.py`), so top-level names are unique among them and each
import is one line.  They use the standard library and NumPy only, and import slow modules inside functions.
"""
