"""What documents show of `ionmon init` and `ionmon estimate` is what these print."""

import re
from pathlib import Path

import pytest

from exporter.commands.init_project import simulated_project
from exporter.settings import Overrides
from exporter.simulator.traffic import Traffic
from tests.docs.reading import ROOT, documents
from tests.exporter.commands.ran import ran
from tests.exporter.simulator.worlds import FlatTraffic

pytestmark = pytest.mark.slow
_SAMPLE = re.compile(r"^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What differs from run to run, and the word that stands for it here.
_VARYING = {
    r"\S+/counters-\w+\.sqlite": "STATE",
    r"it is \d+ s old": "AGE",
    r"and \d+ series billed": "and SERIES billed",  # of the last day, whose end is now
}


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep state files in a folder of the test, and let no variable name a project."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("IONMON_CONFIG", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _no_deploy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one revision serve all: in the hour of a deploy there are two, and more series."""
    monkeypatch.setattr(Traffic, "good_revisions", FlatTraffic.good_revisions)


def words(text: str) -> str:
    """Return a text on one line, without the width of columns and without what varies."""
    text = " ".join(text.split())
    for pattern, word in _VARYING.items():
        text = re.sub(pattern, word, text)
    return text


def sample(document: str, of: str) -> str:
    """Return the sample of a document that has some words."""
    (found,) = [text for text in _SAMPLE.findall(documents()[document]) if of in text]
    return str(found)


def test_init_prints_what_is_shown(tmp_path: Path) -> None:
    """Its page has all of it, with what `…` leaves out; README has lines of it."""
    done = ran(tmp_path, "init", "--simulated", "--yes")
    printed = words(done.stderr + done.stdout)
    shown = words(sample("docs/init.md", "Found in")).split("…")
    assert re.search(".*".join(map(re.escape, shown)), printed), printed
    lines = filter(None, map(words, sample("README.md", "dollars a month").splitlines()))
    assert [line for line in lines if line not in printed] == []


def test_estimate_prints_what_is_shown() -> None:
    """The sum and the three bills of the simulated project, with the tracked rules."""
    with simulated_project(Overrides()) as google:
        reached = ("--google.endpoint", str(google.endpoint), "--google.insecure")
        done = ran(ROOT, "estimate", "--project", google.projects[0], *reached)
    assert words(sample("docs/cost.md", "this exporter")) in words(done.stdout)
