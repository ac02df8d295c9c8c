"""Single texts that a program keeps over a restart: in the bridge's journal, else beside its state.

An exporter may run on a machine without a bridge, or as a user who may not write the journal.
"""

import json
import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from exporter.bridge.journal_access import reading, writing
from exporter.bridge.records import Records
from exporter.errors import StateError


class ProgramFacts:
    """The facts of a journal's file, which a bridge may be using, or of a file of one program.

    Both methods may raise StateError.
    """

    def __init__(self, journal: Path, state: Path) -> None:
        """Keep them in the journal where this user may write it, else in a file beside `state`."""
        self._journal = journal
        self._own = state.with_name(f"{state.name}.sentry.json")

    def fact(self, name: str) -> str | None:
        """Return a fact, None where it was never set."""
        if self._has_journal():
            return Records(partial(reading, self._journal)).fact(name)
        return self._kept().get(name)

    def set_fact(self, name: str, value: str) -> None:
        """Set a fact."""
        if self._has_journal():
            Records(partial(writing, self._journal)).set_fact(name, value)
        else:
            self._keep({**self._kept(), name: value})

    def _has_journal(self) -> bool:
        return os.access(self._journal, os.W_OK)

    def _kept(self) -> dict[str, str]:
        """Return what the own file has; nothing where there is none, or where it is damaged."""
        try:
            found: Any = json.loads(self._own.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StateError(f"{self._own}: cannot be read: {error.strerror}") from error
        except (ValueError, RecursionError):
            return {}
        items = found.items() if isinstance(found, dict) else ()
        return {name: text for name, text in items if isinstance(text, str)}

    def _keep(self, facts: dict[str, str]) -> None:
        """Replace the own file in one step."""
        new = self._own.with_name(f"{self._own.name}.new")
        try:
            self._own.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(facts))
            new.replace(self._own)
        except OSError as error:
            with suppress(OSError):
                new.unlink()
            raise StateError(f"{self._own}: cannot be written: {error.strerror}") from error
