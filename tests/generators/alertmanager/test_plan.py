"""Who is notified of what, without Alertmanager."""

import pytest

from generators.alertmanager.plan import (
    CHANNELS,
    Pace,
    Timers,
    audiences,
    channels,
    is_escalated,
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
    ("variant", "default", "reached"),
    [
        ("all", ("slack",), "pagerduty slack, slack email, slack, sentry"),
        ("no pagerduty", ("slack",), "slack, slack email, slack, sentry"),
        ("only slack", ("slack",), "slack, slack, slack, slack"),
        ("only mail", ("email",), "email, email, email, email"),
        ("only pagerduty", ("pagerduty",), "pagerduty, pagerduty, pagerduty, pagerduty"),
        ("only sentry", ("sentry",), "sentry, sentry, sentry, sentry"),
        ("only webhook", ("webhook",), "webhook, webhook, webhook, webhook"),
        ("none", (), ", , , "),
    ],
)
def test_what_is_not_configured_is_left_out(
    variant: str, default: tuple[str, ...], reached: str
) -> None:
    """A severity without a channel goes to the most visible one that there is."""
    given = settings(VARIANTS[variant])
    assert audiences(given)[0].default == default
    found = (" ".join(channels(given, severity)) for severity in SEVERITIES)
    assert ", ".join(found) == reached


def test_a_team_has_its_own_channels_and_inherits_the_others() -> None:
    """A team's own parts replace those of everybody, key by key; the rest stays."""
    own = {"slack": {"channel": "#shop"}, "email": {"to": ["shop@example.com"]}}
    services = {"checkout": {"owner": "shop", "notifications": own}, "search": {"owner": "shop"}}
    everybody, shop = audiences(settings(ALL, services=services))
    assert (everybody.team, shop.team) == ("", "shop")
    assert shop.at.slack is not None
    assert everybody.at.slack is not None
    assert (shop.at.slack.channel, everybody.at.slack.channel) == ("#shop", "#alerts")
    assert shop.at.slack.webhook_url_file == everybody.at.slack.webhook_url_file
    assert shop.at.email is not None
    assert shop.at.email.to == ("shop@example.com",)
    assert shop.channels("critical") == ("pagerduty", "slack")
    assert shop.at.pagerduty == everybody.at.pagerduty


def test_who_reaches_nobody() -> None:
    """With one channel every severity reaches somebody; a journal alone is nobody."""
    named = {name: unreachable(settings(part)) for name, part in VARIANTS.items()}
    nobody = {name for name, severities in named.items() if severities}
    assert nobody == {"none", "only a bridge"}
    assert {named[name] for name in nobody} == {SEVERITIES}


def test_repeats_are_multiples_of_their_interval() -> None:
    """Alertmanager looks at a repeat once an interval, so that it is some of them."""
    paces = {name: getattr(Timers(), name) for name in (*SEVERITIES, "escalation")}
    assert [name for name, pace in paces.items() if pace.repeat % pace.interval] == []
    assert [paces[s].repeat for s in SEVERITIES] == sorted(paces[s].repeat for s in SEVERITIES)


def test_the_settings_change_the_times() -> None:
    """Each time can be changed by severity; what is left out stays."""
    intervals = {"high": {"group_wait": 60, "repeat_interval": 7200}}
    found = timers(settings({"slack": SLACK, "intervals": intervals}))
    assert found.high == Pace(60, 600, 7200)
    assert found.critical == Timers().critical


@pytest.mark.parametrize(
    ("since", "to", "repeat"),
    [
        ("22:00", "07:00", 7 * 3600 + 3000),
        ("22:00", "00:00", 3000),
        ("12:00", "14:00", 3000),
        ("07:00", "06:00", 12 * 3600),
    ],
)
def test_a_repeat_is_due_when_quiet_hours_end(since: str, to: str, repeat: float) -> None:
    """The repeat is shorter than quiet hours in which the clock is put forward, by an interval."""
    hours = {"from": since, "to": to}
    found = timers(settings({"slack": SLACK, "quiet_hours": hours}))
    assert found.medium == Pace(60, 600, repeat)
    assert found.high == Timers().high


def test_without_anybody_to_tell_it_does_not_escalate() -> None:
    """An escalation that names nobody is PagerDuty's alone."""
    pagerduty = {"pagerduty": ALL["pagerduty"], "escalation": {"after": 3600}}
    mail = {"email": EMAIL, "escalation": {"to": ["head@example.com"]}}
    assert [is_escalated(settings(each)) for each in ({}, pagerduty, mail)] == [False, False, True]
