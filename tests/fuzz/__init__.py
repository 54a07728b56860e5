"""Fuzzing: programs that search for inputs that break the compiler, and the corpus that they keep."""
