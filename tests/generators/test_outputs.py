"""All generators together write one set of files."""

import json
from pathlib import Path

import pytest
import yaml

from exporter.settings import Settings, load
from generators.effective import PATH
from generators.files import MARK, differing
from generators.outputs import CATALOG, texts
from tests import evaluating

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
REFERENCE = load(ROOT / "examples" / "reference.yaml")
OTHER = Settings.model_validate(
    {
        "objectives": {"availability": "99.5%", "window": "7d"},
        "alerts": {"CPUHigh": {"enabled": False}, "MemoryHigh": {"severity": "low"}},
        "notifications": {"slack": {"webhook_url_file": "slack", "channel": "#alerts"}},
    }
)


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """Return what is generated for the reference deployment."""
    return texts(REFERENCE)


def test_no_two_generators_write_one_file(found: dict[str, str]) -> None:
    """Every text is there, under a relative path of its own."""
    each = [generator() for generator in CATALOG]
    assert sum(map(len, each)) == len({name for one in each for name in one})
    assert {name for one in each for name in one} < set(found)
    assert [name for name in found if name.startswith("/") or ".." in name] == []


def test_what_is_tracked_is_what_is_generated(found: dict[str, str]) -> None:
    """Nothing is generated anew: the tracked files are the generators' own."""
    assert differing(ROOT, found) == []


def test_each_file_says_that_it_is_generated(found: dict[str, str]) -> None:
    """Whoever opens a generated file reads that edits are lost; JSON has no comments."""
    assert [n for n, t in found.items() if MARK not in t and not n.endswith(".json")] == []
    assert [n for n, t in found.items() if not t.endswith("\n") or "\r" in t] == []


def test_two_runs_are_the_same(found: dict[str, str]) -> None:
    """The texts are the same, byte for byte and in order, each time."""
    with evaluating.anew():
        assert list(texts(REFERENCE).items()) == list(found.items())


@pytest.mark.parametrize("settings", [REFERENCE, OTHER], ids=["reference", "other"])
def test_yaml_and_json_are_whole(settings: Settings) -> None:
    """Every file of data is read by its own parser, whatever the settings."""
    for name, text in texts(settings).items():
        if name.endswith((".yml", ".yaml")):
            assert all(yaml.safe_load_all(text)), name
        if name.endswith(".json"):
            assert json.loads(text), name


def test_the_configuration_names_every_other_file(found: dict[str, str]) -> None:
    """monitoring_config.json knows each generated file but itself."""
    assert set(json.loads(found[PATH])["files"]) == set(found) - {PATH}
