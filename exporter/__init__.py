"""Everything that runs: the exporter, the simulator and the command line."""

__version__ = "0.1.0"
