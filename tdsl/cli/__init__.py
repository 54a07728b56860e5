"""The command line: data on stdout, messages on stderr, one summary line, exit codes 0, 1, 2, 3."""
