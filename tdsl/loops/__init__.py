"""The loop language: the statements of routines, and analyses of them."""
