"""What is generated for some settings, made once: tests of many files ask for the same."""

import click

from exporter.cli import cli
from exporter.settings import Settings
from generators import outputs
from generators.deployment_targets.model import ChosenTargets
from generators.files import USUAL

_made: dict[str, dict[str, str]] = {}


def texts(
    settings: Settings,
    command: str = USUAL,
    *,
    docs: bool = False,
    program: click.Command | None = None,
    targets: ChosenTargets | None = None,
) -> dict[str, str]:
    """Return every generated text by its path; a test may change what it gets.

    program  as `ionmon configs --docs` gives it; `docs` is short for that
    """
    docs = docs or program is not None
    # Paths are kept twice: as they are written, which the second has, and as they are read.
    program = cli if docs else program
    dumped = settings.model_dump(mode="json", by_alias=True)
    key = repr((settings, dumped, command, program is not None, targets))
    if key not in _made:
        _made[key] = outputs.texts(settings, command, program=program, targets=targets)
    return dict(_made[key])
