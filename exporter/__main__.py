"""`python -m exporter`: the command ionmon, where it is not on the PATH."""

from exporter.cli import main

main()
