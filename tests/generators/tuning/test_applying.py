"""Thresholds written into a settings file: all, or none."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from exporter.errors import IonmonError, SettingsError
from exporter.settings import Settings, load
from generators.tuning.applying import Allowed, apply, edits, not_applied
from generators.tuning.choosing import by_budget
from generators.tuning.grouping import usual
from generators.tuning.judging import policy_alerts
from generators.tuning.settings_edits import SettingsEdit
from generators.tuning.tuned import Tuning, TuningRequest, expressions, tuned
from generators.tuning.verdicts import Caught
from tests.generators.tuning.simulated_weeks import GRID, ZONE, answers

REFERENCE = Path(__file__).parents[3] / "examples" / "reference.yaml"

TEXT = "# ours\ngoogle: {projects: [ion]}\nalerts:\n  CPUHigh: {for: 6m}  # long\n"
WARNING = SettingsEdit(("alerts", "ErrorRateWarning", "threshold"), "0.8%")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write a settings file that only its owner reads."""
    found = tmp_path / "monitoring.yaml"
    found.write_text(TEXT, encoding="utf-8")
    found.chmod(0o640)
    return found


def test_a_number_is_written_and_the_rest_stays(path: Path) -> None:
    """The file is loaded with the number; its comments and its mode are as before."""
    apply(path, [WARNING])
    text = path.read_text(encoding="utf-8")
    assert text == f"{TEXT}  ErrorRateWarning:\n    threshold: 0.8%\n"
    assert load(path).alerts.ErrorRateWarning.threshold == pytest.approx(0.008)
    assert path.stat().st_mode & 0o777 == 0o640
    assert [*path.parent.iterdir()] == [path]


def test_what_would_be_wrong_is_not_written(path: Path) -> None:
    """A warning above its critical alert is refused with the reason, and nothing is left over."""
    wrong = SettingsEdit(("alerts", "ErrorRateWarning", "threshold"), "2%")
    with pytest.raises(SettingsError, match="stays as it is") as caught:
        apply(path, [wrong])
    assert "ErrorRateCritical" in str(caught.value)
    assert path.read_text(encoding="utf-8") == TEXT
    assert [*path.parent.iterdir()] == [path]


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    """What it leads to is changed."""
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    apply(link, [WARNING])
    assert link.is_symlink()
    assert "0.8%" in path.read_text(encoding="utf-8")


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    """The error says which."""
    with pytest.raises(IonmonError, match=r"none\.yaml: cannot be read"):
        apply(tmp_path / "none.yaml", [WARNING])


def tuning_of(**services: object) -> Tuning:
    """Tune the simulated weeks for settings with services."""
    body = load(REFERENCE).model_dump(mode="json", by_alias=True)
    settings = Settings.model_validate({**body, "services": services})
    rules, budget = policy_alerts(settings), Fraction(1, 7)
    return tuned(
        TuningRequest(
            rules=rules,
            answers={text: answers().get(text, ()) for text in expressions(rules)},
            grid=GRID,
            zone=ZONE,
            incidents=(),
            chooser=lambda _: by_budget(budget),
            budget=budget,
            grouping=usual(settings),
        )
    )


@pytest.fixture(scope="module")
def tuning() -> Tuning:
    """Tune once."""
    return tuning_of()


ALL = Allowed(lost=True, provisional=True)


def paths(tuning: Tuning, applied: list[str]) -> set[str]:
    """Return the keys that are set where these alerts are applied."""
    chosen = [one for one in tuning.alerts if one.candidate.rule.title in applied]
    return {".".join(edit.path) for edit in edits(chosen, tuning.alerts)}


def test_what_loses_an_incident_is_not_written(tuning: Tuning) -> None:
    """Nor is what goes with it; a flag writes both."""
    noisy = next(one for one in tuning.alerts if one.candidate.rule.alert == "ErrorRateWarning")
    first = noisy.current.verdicts
    worse = replace(noisy, current=replace(noisy.current, verdicts=replace(
        first, caught=(Caught(tuning.incidents[0], 0.0),)
    )))  # fmt: skip
    alerts = tuple(worse if one is noisy else one for one in tuning.alerts)
    held = not_applied(replace(tuning, alerts=alerts), Allowed(lost=False, provisional=True))
    assert [each.alert.candidate.rule.alert for each in held] == [
        *("ErrorRateWarning", "ErrorRateCritical")
    ]
    assert held[0].why.startswith("would no longer catch the incident of ")
    assert held[1].why == "goes with ErrorRateWarning"
    assert not_applied(replace(tuning, alerts=alerts), ALL) == ()


def test_without_any_incident_nothing_is_loosened(tuning: Tuning) -> None:
    """Days with an incident would look like others."""
    blind = replace(tuning, known=False)
    held = not_applied(blind, Allowed(lost=False, provisional=True))
    assert {each.alert.candidate.rule.alert for each in held} == {
        *("ErrorRateWarning", "ErrorRateCritical")
    }
    assert "no incident is known" in held[0].why


def test_few_days_are_provisional(tuning: Tuning) -> None:
    """What they say is written only where that is asked for."""
    early = tuple(
        one if one.quality is None else replace(one, quality=replace(one.quality, provisional="x"))
        for one in tuning.alerts
    )
    held = not_applied(replace(tuning, alerts=early), Allowed(lost=True, provisional=False))
    proposed = [one.candidate.rule.title for one in early if one.proposed is not None]
    assert [each.alert.candidate.rule.title for each in held] == proposed


def test_a_service_that_keeps_its_number_is_given_it() -> None:
    """Otherwise it would inherit the common one that is written."""
    own = tuning_of(checkout={"alerts": {"ErrorRateWarning": {"for": "4m"}}})
    written = paths(own, ["ErrorRateWarning", "ErrorRateCritical"])
    assert written >= {
        "alerts.ErrorRateWarning.threshold",
        "services.checkout.alerts.ErrorRateWarning.threshold",
    }
