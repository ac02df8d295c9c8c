"""Everything that runs: the exporter, the simulator and the command line."""

from exporter.recorder import __version__

__all__ = ["__version__"]
