"""Printers: loops and programs as target text."""
