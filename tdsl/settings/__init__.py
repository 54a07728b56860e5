"""Settings in four layers: a file, the environment, the code, the command line; later ones win."""

from tdsl.settings.table import Settings

__all__ = ["Settings"]
