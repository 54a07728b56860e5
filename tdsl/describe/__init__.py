"""The description of a module, independent of its target."""
