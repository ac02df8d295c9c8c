"""How a printed command names the program."""

import shutil
import sys

import pytest

from exporter.commands.called import program


@pytest.mark.parametrize(
    ("typed", "found", "text"),
    [
        (".venv/bin/ionmon", None, ".venv/bin/ionmon"),
        (".venv/bin/ionmon", "/usr/bin/ionmon", ".venv/bin/ionmon"),
        ("/usr/bin/ionmon", "/usr/bin/ionmon", "ionmon"),
        ("/x/exporter/__main__.py", None, "ionmon"),
    ],
)
def test_it_is_named_as_it_was_typed(
    typed: str, found: str | None, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that the PATH has is enough; else the path, which another terminal can run."""
    monkeypatch.setattr(sys, "argv", [typed, "stack"])
    monkeypatch.setattr(shutil, "which", lambda _: found)
    assert program() == text
