"""Who is notified of what, without Alertmanager."""

import pytest

from generators.alertmanager.plan import (
    CHANNELS,
    Timers,
    channels,
    default_channels,
    is_escalated,
    receiver,
    timers,
    unreachable,
)
from generators.policy import SEVERITIES
from tests.generators.alertmanager.samples import ALL, EMAIL, SLACK, VARIANTS, settings


def test_every_severity_has_channels() -> None:
    """The table names the channels of exactly the severities that alerts have."""
    assert tuple(CHANNELS) == SEVERITIES


def test_with_all_channels_each_severity_has_its_own() -> None:
    """Critical alerts page, critical to medium ones are shown, high ones are mailed, too."""
    notified = {severity: channels(settings(ALL), severity) for severity in SEVERITIES}
    assert notified == {
        "critical": ("pagerduty", "slack"),
        "high": ("slack", "email"),
        "medium": ("slack",),
        "low": ("sentry",),
    }


@pytest.mark.parametrize(
    ("variant", "default", "receivers"),
    [
        ("all", ("slack",), ("critical", "high", "medium", "low")),
        ("no pagerduty", ("slack",), ("critical", "high", "medium", "low")),
        ("only slack", ("slack",), ("critical", "high", "medium", "unrouted")),
        ("only mail", ("email",), ("unrouted", "high", "unrouted", "unrouted")),
        ("only pagerduty", ("pagerduty",), ("critical", "unrouted", "unrouted", "unrouted")),
        ("only sentry", ("sentry",), ("unrouted", "unrouted", "unrouted", "low")),
        ("none", (), ("unrouted", "unrouted", "unrouted", "unrouted")),
    ],
)
def test_what_is_not_configured_is_left_out(
    variant: str, default: tuple[str, ...], receivers: tuple[str, ...]
) -> None:
    """A severity without a channel goes to the default, which is the most visible there is."""
    given = settings(VARIANTS[variant])
    assert default_channels(given) == default
    assert tuple(receiver(given, severity) for severity in SEVERITIES) == receivers


def test_who_reaches_nobody() -> None:
    """Without any channel no severity reaches anybody; with one of them every severity does."""
    assert unreachable(settings({})) == SEVERITIES
    named = {name: unreachable(settings(part)) for name, part in VARIANTS.items() if part}
    assert set(named.values()) == {()}


def test_repeats_are_multiples_of_their_interval() -> None:
    """Alertmanager looks at a repeat once an interval, so that it is some of them."""
    paces = {name: getattr(Timers(), name) for name in (*SEVERITIES, "escalation")}
    assert [name for name, pace in paces.items() if pace.repeat % pace.interval] == []
    assert [paces[s].repeat for s in SEVERITIES] == sorted(paces[s].repeat for s in SEVERITIES)


def test_the_settings_say_when_it_escalates() -> None:
    """The escalation waits for half an hour, or for as long as the settings say."""
    longer = {"slack": SLACK, "escalation": {"after": 3600, "channel": "#next"}}
    assert timers(settings(ALL)).escalation.wait == 1800
    assert timers(settings(longer)).escalation.wait == 3600


def test_without_anybody_to_tell_it_does_not_escalate() -> None:
    """An escalation that names nobody is PagerDuty's alone."""
    pagerduty = {"pagerduty": ALL["pagerduty"], "escalation": {"after": 3600}}
    mail = {"email": EMAIL, "escalation": {"to": ["head@example.com"]}}
    assert [is_escalated(settings(each)) for each in ({}, pagerduty, mail)] == [False, False, True]
