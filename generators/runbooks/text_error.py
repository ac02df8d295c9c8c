"""What is wrong with a runbook's text: the file, the line, and the nearest known name."""

from collections.abc import Collection
from difflib import get_close_matches

from exporter.errors import IonmonError

FOLDER = "generators/runbooks/texts"
TEMPLATE = f"{FOLDER}/shared/template.md"
GUIDE = f"{FOLDER}/README.md"


class TextError(IonmonError):
    """A runbook's text is missing or cannot be used: no file is generated."""


def unknown(location: str, what: str, name: str, known: Collection[str]) -> TextError:
    """Return the error of a name that is not known, with the nearest that is, and all others."""
    near = get_close_matches(name, sorted(known), 1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return TextError(
        f"{location}: unknown {what} '{name}'; {hint}known: {', '.join(sorted(known))}"
    )
