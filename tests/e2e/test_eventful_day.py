"""An eventful day of many services: everybody who should be is notified, of what is true.

Bursts, an acknowledged incident, planned work, quiet hours, a restart of Prometheus, an exporter
that does not answer, and a storm of forty services come together on one day.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from tests.e2e import eventful_day
from tests.e2e.eventful_day import Day
from tests.e2e.messages import FIRING, PAGERDUTY, RESOLVED, Message, table
from tests.e2e.timeline import BACK, GONE, QUIET, STORM, Cause

pytestmark = [pytest.mark.slow, pytest.mark.deep]

RESENT = 6  # minutes within which Alertmanager has the newest words of an alert that goes on
EVALUATIONS = 2  # minutes within which two alerts on one signal begin
AFTER = 30  # minutes until a critical alert is escalated
SLACK, MAIL = "#alerts", "team@example.com"
PAGED, SEEN, ESCALATED = (PAGERDUTY, SLACK), (SLACK, MAIL), ("#escalation", "head@example.com")
BATCHES = 2
LISTED = 10  # services that a message names; of the others it says how many they are
# Who is notified of what: the alert, of what, through which channels, and how often while it lasts.
NOTIFIED = (
    ("ErrorRateCritical", "catalogue", PAGED, 2),  # for over an hour, so that it is repeated
    ("Escalation", "catalogue", ESCALATED, 1),
    ("ErrorRateCritical", "checkout", PAGED, 1),
    ("SLABreach", "checkout", PAGED, 1),
    ("Escalation", "checkout", ESCALATED, 1),  # its budget burns on when its errors are over
    ("ErrorBudgetBurn", "checkout", SEEN, 1),
    ("ErrorRateCritical", "search", PAGED, 1),  # in bursts
    ("Escalation", "search", ESCALATED, 1),
    ("ErrorRateCritical", "uploads", PAGED, 1),  # acknowledged: not escalated
    ("ErrorRateCritical", "invoices", PAGED, 1),  # the second incident; the first is planned work
    ("ErrorRateWarning", "payments", SEEN, 1),
    ("ErrorRateCritical", "sessions", PAGED, 1),
    ("Escalation", "sessions", ESCALATED, 1),  # without data: nobody knows that it is over
    ("DatabaseLag", "orders-db", SEEN, 1),
    ("CPUHigh", "thumbnails", (SLACK,), 1),
    ("ExporterDown", "", SEEN, 1),
    *(("ErrorRateCritical", name, (PAGERDUTY,), 1) for name in STORM),
)
GOES_ON = ("ErrorBudgetBurn",)  # at the end of the day


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Day, tuple[Message, ...]]:
    """Let the day pass once for all tests."""
    return eventful_day.passed(tmp_path_factory.mktemp("day"))


@pytest.fixture
def sent(day: tuple[Day, tuple[Message, ...]]) -> tuple[Message, ...]:
    """Return all messages but those of Slack on the storm, which are about many services."""
    return tuple(one for one in day[1] if not _is_of_storm(one))


def _is_of_storm(one: Message) -> bool:
    return one.channel == SLACK and bool(one.of) and set(one.of) <= set(STORM)


@pytest.fixture
def causes(day: tuple[Day, tuple[Message, ...]]) -> Mapping[str, Cause]:
    """Return what is notified of each service; what nobody should be notified of is not in it."""
    return {cause.of: cause for cause in day[0].causes if not cause.hidden}


def expected() -> Iterator[tuple[str, str, str, str]]:
    """Yield alert, subject, what is said of it, and channel, as often as it is to be sent."""
    for alert, of, channels, times in NOTIFIED:
        for channel in channels:
            yield from [(alert, of, FIRING, channel)] * times
            if alert not in GOES_ON:
                yield alert, of, RESOLVED, channel


def test_everybody_is_notified_of_what_matters_and_of_nothing_else(
    sent: tuple[Message, ...],
) -> None:
    """Each begins and ends once; a burst, planned work and what ended by morning notify nobody."""
    kept = [one for one in sent if not _is_ahead(one, sent)]
    found = Counter((one.alert, "".join(one.of), one.sent, one.channel) for one in kept)
    assert found == Counter(expected()), table(sent)


def _is_ahead(one: Message, sent: tuple[Message, ...]) -> bool:
    """Return whether a warning was sent an evaluation before its critical alert.

    Where an evaluation comes just after the first errors, they exceed only the lower limit.
    """
    began = {
        alert: [o.at for o in sent if (o.alert, o.of, o.sent) == (alert, one.of, FIRING)]
        for alert in ("ErrorRateWarning", "ErrorRateCritical")
    }
    warned, paged = began.values()
    is_warning = one.alert == "ErrorRateWarning"
    return is_warning and bool(warned and paged) and 0 < min(paged) - min(warned) < EVALUATIONS


def test_a_storm_is_one_message_a_region_in_slack(
    day: tuple[Day, tuple[Message, ...]],
) -> None:
    """It names ten services and counts the others, when it begins and when it is over."""
    assert {one.channel for one in day[1] if len(one.of) > 1} == {SLACK}
    found = [one for one in day[1] if _is_of_storm(one)]
    assert max(len(one.of) for one in found) == LISTED
    # Prometheus sends so many alerts in two batches; with quickened timers the second may be late.
    for sent in (FIRING, RESOLVED):
        assert 1 <= sum(one.sent == sent for one in found) <= BATCHES, table(found)


def test_nothing_is_said_to_be_over_before_it_is(
    sent: tuple[Message, ...], causes: Mapping[str, Cause]
) -> None:
    """Neither a restart nor data that is away ends anything."""
    early = [
        one for one in sent if one.of and one.sent == RESOLVED and one.at < causes[one.of[0]].ends
    ]
    assert not early, table(early)


def test_nothing_is_said_to_begin_before_it_does(
    sent: tuple[Message, ...], causes: Mapping[str, Cause]
) -> None:
    """What is escalated has lasted for half an hour by then."""
    early = [
        one
        for one in sent
        if one.of and one.at < causes[one.of[0]].begins + AFTER * (one.alert == "Escalation")
    ]
    assert not early, table(early)


def test_quiet_hours_end_before_their_alert_is_notified(
    sent: tuple[Message, ...],
) -> None:
    """What still fires in the morning is notified then."""
    (first, *_) = (one for one in sent if one.of == ("thumbnails",))
    assert first.at > QUIET


def test_what_is_repeated_without_data_says_since_when(sent: tuple[Message, ...]) -> None:
    """While no exporter answers, a message of an alert that goes on names its last data."""
    held = [one for one in sent if one.of and GONE + RESENT < one.at < BACK]
    assert held
    assert all("no data since" in one.text.lower() for one in held), [one.text for one in held]


def test_what_is_over_asks_for_nothing(sent: tuple[Message, ...]) -> None:
    """A message of an end says how it was, and names no check."""
    asking = [one for one in sent if one.sent == RESOLVED and "Check " in one.text]
    assert not asking, table(asking)
