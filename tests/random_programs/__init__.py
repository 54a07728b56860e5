"""Random programs, and an interpreter of their syntax that shares nothing with the compiler but the parser."""
