"""What changed numbers would have done, in words."""

from pathlib import Path

from exporter.settings import Settings, load
from generators.tuning.change_wording import line, markdown
from generators.tuning.changed_alerts import (
    ReplayedChange,
    ReplayRequest,
    changed_alerts,
    replayed_changes,
)
from generators.tuning.grouping import usual
from generators.tuning.judging import judging, policy_alerts
from generators.tuning.tuned import expressions
from tests.generators.tuning.simulated_weeks import GRID, ZONE, answers

REFERENCE = load(Path(__file__).parents[3] / "examples" / "reference.yaml")


def changed(**alerts: object) -> Settings:
    """Return the reference settings with other alerts."""
    body = REFERENCE.model_dump(mode="json", by_alias=True)
    body["alerts"].update(alerts)
    return Settings.model_validate(body)


def replayed(new: Settings) -> tuple[ReplayedChange, ...]:
    """Replay the change on six weeks."""
    rules = (*policy_alerts(REFERENCE), *policy_alerts(new))
    series = {text: answers().get(text, ()) for text in expressions(rules)}
    request = ReplayRequest(
        answers=series,
        grid=GRID,
        judging=judging(policy_alerts(new), series, GRID, ()),
        grouping=usual(new),
        zone=ZONE,
    )
    return tuple(replayed_changes(changed_alerts(REFERENCE, new), request))


def test_a_number_says_what_it_would_have_done() -> None:
    """Firings before and after, nights, and the incidents that are caught at another time."""
    new = changed(ErrorRateWarning={"threshold": "0.8%"}, ResponseTimeWarning={"threshold": "45ms"})
    slow, failing = (line(one, 42) for one in replayed(new))
    assert slow.startswith("ResponseTimeWarning above 100ms for 3m → above 45ms for 3m: in 6w, ")
    assert "caught, too" in slow
    assert "earlier" in slow
    assert failing.startswith("ErrorRateWarning above 0.5% for 3m → above 0.8% for 3m: in 6w, ")
    assert "nights with one" in failing


def test_what_a_higher_number_loses_is_named() -> None:
    """The incidents that it no longer catches, by when they began."""
    (only,) = replayed(changed(ResponseTimeCritical={"threshold": "390ms"}))
    assert "no longer caught" in line(only, 42)
    assert "the incident of " in line(only, 42)


def test_an_alert_that_goes_says_what_goes_with_it() -> None:
    """What it would have done is said once."""
    (only,) = replayed(changed(CPUHigh={"enabled": False}))
    assert line(only, 42) == (
        "gone: CPUHigh above 80% for 5m: in 6w, 0 firings; 0 of 12 incidents caught"
    )


def test_other_settings_change_no_number() -> None:
    """A severity is no number, and the same settings have none to replay."""
    assert changed_alerts(REFERENCE, changed(CPUHigh={"severity": "high"})) == ()


def test_a_service_s_own_number_is_compared_with_the_one_it_had() -> None:
    """The common form judged its series before; an owner alone changes no number."""
    body = REFERENCE.model_dump(mode="json", by_alias=True)
    own = {"alerts": {"ErrorRateWarning": {"threshold": "0.8%"}}}
    (only,) = replayed(Settings.model_validate({**body, "services": {"ion-mentoring": own}}))
    assert line(only, 42).startswith(
        "ErrorRateWarning of ion-mentoring above 0.5% for 3m → above 0.8% for 3m: in 6w, "
    )
    owned = Settings.model_validate({**body, "services": {"ion-mentoring": {"owner": "abc"}}})
    assert changed_alerts(REFERENCE, owned) == ()


def test_a_review_gets_a_table() -> None:
    """Markdown has a row for each alert; without one it says so."""
    text = markdown(replayed(changed(ErrorRateWarning={"threshold": "0.8%"})), 42)
    assert text.splitlines()[:2] == ["| alert | would have, in 6w |", "|---|---|"]
    assert text.count("\n") == 3
    assert markdown((), 42) == "No alert has another number.\n"
