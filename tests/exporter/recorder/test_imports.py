"""An application that records takes on no more than it has to."""

import subprocess
import sys
from pathlib import Path

import pytest

import exporter.recorder

ROOT = Path(__file__).parents[3]
RECORDER = """
import sys
import prometheus_client, redis
before = set(sys.modules)
from exporter.recorder import *
Recorder, Application, AsgiMiddleware, WsgiMiddleware
"""
TABLE = """
import sys
before = set(sys.modules)
import exporter.recorder.families
"""
LOADED = """
after = set(sys.modules) - before
tops = {name.partition(".")[0] for name in after}
print(*sorted(tops - set(sys.stdlib_module_names)))
print(*sorted(n for n in after if n.startswith("exporter.") and "recorder" not in n))
"""


@pytest.mark.parametrize(
    ("program", "allowed"),
    [(RECORDER, {"exporter", "prometheus_client", "redis"}), (TABLE, {"exporter"})],
)
def test_no_more_is_imported_than_is_needed(program: str, allowed: set[str]) -> None:
    """Beside prometheus_client and redis the recorder loads nothing; its table not even these."""
    command = [sys.executable, "-c", program + LOADED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    tops, own = done.stdout.splitlines()
    assert set(tops.split()) <= allowed
    assert own == ""


def test_a_name_that_is_not_there_is_refused() -> None:
    """A misspelled name is an AttributeError that says where it was looked for."""
    with pytest.raises(AttributeError, match=r"exporter\.recorder.*'Recoder'"):
        exporter.recorder.Recoder  # noqa: B018 - looking it up is what is tested
