"""The typed intermediate form: nodes, functions of them, programs, derivatives, and their meaning."""
