"""What every alert says, firing and over, alone and among many, as Alertmanager renders it."""

import re
from html import unescape
from pathlib import Path

import pytest

from generators.rules.model import Alerting
from tests.generators.alertmanager.rendered_messages import (
    EVERY,
    HEADLINE,
    SLACK,
    Body,
    message,
    messages,
    named,
    sent,
    services,
    with_templates,
)

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
OVER = "28 Nov 23:50 to 29 Nov 00:20 UTC (30m)"
LISTS = ("ion.pagerduty.body", "ion.slack.body", "ion.body")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the templates of the settings."""
    return with_templates(tmp_path_factory.mktemp("messages"))


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.alert)
def test_every_alert_says_how_much_where_its_limit_and_since_when(
    root: Path, rule: Alerting
) -> None:
    """The headline of each alert that fires has its value, place, limit and time."""
    notes = sent(rule)["annotations"]
    headline, text = messages(root, (HEADLINE, SLACK), sent(rule))
    for part in ("problem", "value", "place", "limit"):
        assert notes.get(part, "") in headline
    assert headline.startswith(f"{rule.severity.upper()}: {notes['problem']}")
    assert headline.endswith(" since 23:50 UTC")
    assert ("value" in notes) == ("$value" in dict(rule.annotations)["description"])
    assert ("place" in notes) == bool(rule.carried)
    assert notes["check"].replace("`", "'") in unescape(text)
    assert "Since 28 Nov 2026 23:50 UTC." in text


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.alert)
def test_every_alert_that_is_over_is_told_in_the_past(root: Path, rule: Alerting) -> None:
    """What is over was; when it ended and how long it lasted is said, and nothing is asked for."""
    over = sent(rule, "resolved")
    notes = over["annotations"]
    assert notes["ended"] != notes["problem"]
    headline, text, mail = messages(root, (HEADLINE, SLACK, "ion.mail.text"), over)
    assert headline.startswith(f"Resolved: {notes['ended']}")
    assert headline.endswith(f", {OVER}")
    assert "It was firing from 28 Nov 2026 23:50 UTC to 29 Nov 2026 00:20 UTC, for 30m." in text
    assert (f"The last value was {notes.get('value')}." in text) == ("value" in notes)
    for written in (headline, text, mail):
        assert not re.search(r"Check |Silence|The alert fires", written)


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.alert)
def test_a_line_of_what_is_over_begins_with_its_place_or_what_it_was(
    root: Path, rule: Alerting
) -> None:
    """In every channel, alone and among others: with neither, it would begin with a comma."""
    over = sent(rule, "resolved")
    notes = over["annotations"]
    start = notes.get("place", notes["ended"])
    was = f": was {notes['value']}" if "value" in notes else ""
    bodies = [f"{name}.resolved" for name in LISTS]
    for alerts in ((over,), (over, over)):
        for text in messages(root, bodies, *alerts):
            lines = [unescape(line).lstrip("\t•- ") for line in text.splitlines() if line]
            assert lines == len(alerts) * [f"{start}{was}, {OVER}"]


def test_several_that_are_over_ask_for_nothing(root: Path) -> None:
    """Neither do some of them that share what there was to check; while one fires, it is said."""
    over = services(2, "resolved")
    names = ("ion.pagerduty.body.check", SLACK, "ion.mail.text")
    details, slack, mail = messages(root, names, *over)
    assert not details.strip()
    assert not re.search(r"Check |Silence|The alert fires", slack + mail)
    assert all("Check " in text for text in messages(root, names, *over, *services(2, start=2)))


def test_few_services_are_named_and_many_are_counted(root: Path) -> None:
    """A headline names three services of a region, and counts forty; its text lists ten of them."""
    few = message(root, HEADLINE, *services(3))
    assert few == (
        "CRITICAL: Too many requests fail: s00, s01, s02 in europe-west1 (limit 1%) since 23:50 UTC"
    )
    many = services(40)
    assert "fail: 40 services in europe-west1 (limit 1%) since" in message(root, HEADLINE, *many)
    lines = message(root, SLACK, *many).splitlines()
    assert lines[0] == "Check which endpoints and codes fail, and the last deploy."
    assert [line[:1] for line in lines].count("•") == 10
    assert lines[-1] == "and 30 more"


def test_a_message_that_is_partly_over_tells_both(root: Path) -> None:
    """What fires comes first, with its values; what is over follows in the past, with its times."""
    mixed = [*services(1), *services(2, "resolved", 1)]
    headline = message(root, HEADLINE, *mixed)
    assert headline.endswith("of s00 in europe-west1 (limit 1%) since 23:50 UTC (2 of 3 resolved)")
    lines = message(root, SLACK, *mixed).splitlines()
    over = lines[lines.index("Resolved:") + 1 :]
    assert over == [f"• s0{n} in europe-west1: was -504%, {OVER}" for n in (1, 2)]


def test_different_alerts_of_a_service_share_a_message(root: Path) -> None:
    """The one that began first is the headline, and the others are counted and listed."""
    late, first = sent(named("ErrorRateCritical")), sent(named("ResponseTimeCritical"))
    first["startsAt"] = "2026-11-28T23:40:00Z"
    headline = message(root, HEADLINE, late, first)
    assert headline.startswith("CRITICAL: Responses are too slow: p95 ")
    assert headline.endswith(
        " (limit 200ms) and 1 more alert (Too many requests fail) since 23:40 UTC"
    )
    text = message(root, SLACK, late, first)
    assert "• Too many requests fail: -504% of checkout in europe-west1 (limit 1%) since" in text


def test_a_headline_names_what_else_is_wrong(root: Path) -> None:
    """Each other problem once, three of them; a foreign alert by name; what is over, as past."""
    names = ("ErrorRateCritical", "MemoryHigh", "CPUHigh", "CacheHitRateLow", "DatabaseLag")
    several = [sent(named(name)) for name in names]
    several[0]["startsAt"] = "2026-11-28T23:40:00Z"
    elsewhere = {"region": "us-central1"}  # the same problems at another place
    several += [{**body, "labels": {**body["labels"], **elsewhere}} for body in several[:2]]
    headline = message(root, HEADLINE, *several)
    found = re.search(r" and 6 more alerts \((.*), …\) since 23:40 UTC$", headline)
    assert found, headline
    others = [each["annotations"]["problem"] for each in several[1:5]]
    assert len(found[1].split(", ")) == 3
    assert set(found[1].split(", ")) < set(others)
    over = [sent(named(name), "resolved") for name in names[:2]]
    ended = over[1]["annotations"]["ended"]
    assert f" and 1 more alert ({ended}), " in message(root, HEADLINE, *over)
    foreign = {**several[1], "labels": {"alertname": "(Disk"}, "annotations": {}}
    assert " and 1 more alert ((Disk) since" in message(root, HEADLINE, several[0], foreign)


def test_no_data_is_said_where_an_alert_says_so(root: Path) -> None:
    """A repeat of an alert whose data is away says since when, in headline, text and list."""
    away = [
        {**one, "annotations": {**one["annotations"], "no_data": "no data since 00:02 UTC"}}
        for one in services(2)
    ]
    assert message(root, HEADLINE, away[0]).endswith(" since 23:50 UTC, no data since 00:02 UTC")
    assert "Since 28 Nov 2026 23:50 UTC, no data since 00:02 UTC." in message(root, SLACK, away[0])
    assert message(root, SLACK, *away).count("since 28 Nov 23:50 UTC, no data since 00:02 UTC") == 2


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2026-11-28T23:50:20Z", "23:50 to 23:50 UTC (less than 1m)"),
        ("2026-11-28T23:59:59Z", "23:50 to 23:59 UTC (10m)"),
        ("2026-11-29T00:50:11Z", "28 Nov 23:50 to 29 Nov 00:50 UTC (1h)"),
        ("2026-11-29T10:10:11Z", "28 Nov 23:50 to 29 Nov 10:10 UTC (10h20m)"),
        ("2026-12-01T23:51:11Z", "28 Nov 23:50 to 1 Dec 23:51 UTC (72h1m)"),
    ],
)
def test_how_long_it_lasted_is_said_to_the_minute(root: Path, end: str, expected: str) -> None:
    """Seconds are rounded, whole hours have no minutes, and another day is named."""
    over = {**sent(named("ExporterDown"), "resolved"), "endsAt": end}
    assert message(root, HEADLINE, over).endswith(f", {expected}")


def test_a_metric_of_the_settings_is_over_in_the_past(root: Path) -> None:
    """The words of a user have no tenses: what is over is told by the metric's own noun."""
    rule = named("WaitingMessagesHigh")
    text = message(root, HEADLINE, sent(rule, "resolved"))
    assert text.startswith("Resolved: The value of messages that wait was above its limit: ")


def test_the_documentation_shows_messages_as_they_are(root: Path) -> None:
    """The examples of docs/notifications.md are what the templates write."""
    rule = named("ErrorRateCritical")
    times = {"startsAt": "2026-11-28T14:02:11Z", "endsAt": "2026-11-28T14:31:40Z"}

    def of(service: str, status: str = "firing") -> Body:
        return {**sent(rule, status, 0.12, service_name=service), **times}

    groups = (
        [of("checkout")],
        [of("checkout", "resolved")],
        [of("cart"), of("checkout"), of("search", "resolved")],
    )
    document = (ROOT / "docs" / "notifications.md").read_text()
    for group in groups:
        text = re.sub(r"<[^|>]*\|(\w+)>", r"\1", message(root, SLACK, *group))
        shown = f"{message(root, HEADLINE, *group)}\n{text}".replace(" · Silence", "")
        assert f"```text\n{shown}```" in document
