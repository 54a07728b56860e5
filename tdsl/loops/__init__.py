"""The loop language: what routines are made of, and what can be said of them."""
