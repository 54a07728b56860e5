"""Warnings about programs that compile and are probably not meant so, for `tdsl check --pedantic`."""
