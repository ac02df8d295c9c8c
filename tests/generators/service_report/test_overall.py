"""The whole is as bad as its worst part, and says why; what is not known is not well."""

from dataclasses import replace

from exporter.prometheus.api import TimeSpan
from exporter.settings import Settings
from generators.service_report import words
from generators.service_report.model import Health, ReportedSignal
from generators.service_report.overall import overall
from generators.service_report.request import ReportRequest
from tests.exporter.summary.states import DAY, END
from tests.generators.service_report.reports import alert, alerts, full, hit_rate, reported
from tests.generators.service_report.test_judging import CONFIG

REQUEST = ReportRequest(settings=Settings(), span=TimeSpan(END - DAY, END), now=END)
CALM = alerts(firing=(), recent=(), recent_known=True)
WELL = reported(health=Health.OK, why="")


def judged(
    *signals: ReportedSignal, firing: bool = False, known: bool = True
) -> tuple[Health, tuple[str, ...]]:
    """Return what signals come to, with an alert that fires or without."""
    found = replace(CALM, known=known, firing=(alert(),) if firing else ())
    return overall(CONFIG, REQUEST, found, signals or (WELL,), (), ())


def test_all_is_well_without_a_reason() -> None:
    """Nothing fires, that is known, and there is a value."""
    assert judged() == (Health.OK, ())


def test_not_known_is_not_well() -> None:
    """Neither without knowing what fires, nor without any value."""
    health, reasons = judged(known=False)
    assert (health, reasons) == (Health.UNKNOWN, ("not known: what fires",))
    nothing = replace(WELL, signal=replace(WELL.signal, now=None))
    health, reasons = judged(nothing)
    assert (health, reasons) == (
        Health.UNKNOWN,
        ("not known: every signal, there is no data",),
    )


def test_the_most_severe_reason_stands_first() -> None:
    """A critical alert before a target that is missed, whatever the order of the parts."""
    health, reasons = judged(hit_rate(), firing=True)
    assert health is Health.FAILING
    assert reasons == (
        "ErrorRateCritical (critical) fires: checkout in europe-west1 (ion-production), for 2h",
        "Redis hit rate: misses its target: 80% to 85%",
    )


def test_a_signal_on_which_an_alert_fires_is_one_reason() -> None:
    """The alert says what is wrong; without it, the signal does."""
    assert len(judged(reported(), firing=True)[1]) == 1
    (reason,) = judged(reported())[1]
    assert reason.startswith("error rate (4xx and 5xx): 1.3%, above 1% (ErrorRateCritical): check")


def test_a_pace_that_is_not_known_is_said() -> None:
    """Such a budget is no reason, and never one that lasts for weeks."""
    (one,) = full().budgets
    young = replace(one.budget, young=True, spent_in=None)
    assert words.budget(replace(one, budget=young)).endswith(" good, its pace is not known yet")


def test_budgets_and_the_monitoring_are_reasons() -> None:
    """A budget that is soon spent, and a figure off its target."""
    report = full()
    _, reasons = overall(CONFIG, REQUEST, CALM, (WELL,), report.budgets, report.monitoring)
    assert reasons == (
        words.budget(report.budgets[0]),
        "monitoring: time of a poll is 2.5 s, off its target",
    )
