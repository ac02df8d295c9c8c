"""ionmon deploy --show-additions."""

from pathlib import Path

from generators.commands.deploy_options import Given


def additions(found: Given, path: Path) -> None:
    """Print."""
