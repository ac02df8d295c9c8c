"""No series is recorded that nothing uses, whichever alerts the settings disable."""

import re
from pathlib import Path

import pytest

from exporter.settings import Settings, load
from generators.checks.engine.context import Context, Rule, Server
from generators.checks.engine.gathering import CheckRequest, gather
from generators.checks.engine.known_series import Known
from generators.checks.engine.problem import Text
from generators.checks.engine.rule_files import query
from generators.checks.recording_rules import unused
from generators.files import write
from generators.policy import PROVING
from generators.rules.build import Rules, build
from generators.rules.model import Alerting, Recording, alerts, recordings
from tests.generators.generated import texts

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
OWN = Settings().alerts.by_name()
ALERTS = sorted({rule.alert for rule in alerts(build(Settings()).all)} - {*PROVING})
FILES = (
    *(ROOT / "tests" / "data" / "settings" / "good").glob("*.yaml"),
    ROOT / "examples" / "monitoring.yaml",
    ROOT / "examples" / "reference.yaml",
    ROOT / "examples" / "teams.yaml",
)


def without(*names: str) -> Settings:
    """Return settings that disable alerts."""
    disabled = {name: {"enabled": False} for name in names}
    own = {name: given for name, given in disabled.items() if name in OWN}
    others = {name: given for name, given in disabled.items() if name not in OWN}
    return Settings.model_validate({"alerts": {**own, "others": others}})


@pytest.fixture(scope="module")
def uses(tmp_path_factory: pytest.TempPathFactory) -> tuple[re.Pattern[str], ...]:
    """Return what is used beside rules: dashboards show the same whichever alerts there are."""
    root = tmp_path_factory.mktemp("usual")
    write(root, texts(Settings()))
    found = gather(CheckRequest(root, Settings())).uses
    assert found
    return found


def idle(rules: Rules, uses: tuple[re.Pattern[str], ...]) -> list[str]:
    """Return what the check says of the rules."""
    found = tuple(map(_judged, (*recordings(rules.all), *alerts(rules.all))))
    context = Context(
        root=Path(),
        settings=Settings(),
        documents={},
        rules=found,
        queries=tuple(rule.query for rule in found),
        known=Known(),
        uses=uses,
    )
    return [problem.text for problem in unused(context)]


def _judged(rule: Recording | Alerting) -> Rule:
    kind, name = ("record", rule.record) if isinstance(rule, Recording) else ("alert", rule.alert)
    return Rule(
        kind=kind,
        name=Text(name),
        query=query(Text(rule.expr), Server()),
        group="",
        interval=60.0,
        options={},
        labels={},
        annotations={},
    )


@pytest.mark.parametrize("name", ALERTS)
def test_nothing_is_recorded_for_an_alert_that_is_disabled(
    name: str, uses: tuple[re.Pattern[str], ...]
) -> None:
    """What this alert alone needs goes with it."""
    assert idle(build(without(name)), uses) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_generated_from_a_file_of_settings_is_used(path: Path, tmp_path: Path) -> None:
    """No example records a series of no use."""
    settings = load(path)
    write(tmp_path, texts(settings))
    assert [problem.text for problem in unused(gather(CheckRequest(tmp_path, settings)))] == []


def test_what_is_needed_by_what_is_needed_stays() -> None:
    """When data was newest is read by what says that it is away; both go together."""
    names = {rule.record for rule in recordings(build(Settings()).all)}
    left = names - {rule.record for rule in recordings(build(without("CacheHitRateLow")).all)}
    assert {"redis:data:away", "redis:data:newest"} <= left
    assert {"global:data:away", "redis:data:away", "redis:data:newest"} <= names
