"""What Sentry shows of an alert."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter import __version__
from exporter.bridge.explain import Explanation
from exporter.bridge.sentry.alert_event import SHORT, EventSettings, alert_event, event_id
from exporter.bridge.sentry.envelope import MOST_BYTES, EnvelopeItem, envelope
from exporter.bridge.webhook import NotifiedAlert, cleaned
from tests.exporter.bridge.samples import ANNOTATIONS, BEGAN, firing, journaled
from tests.sentry import event_faults, opened

SETTINGS = EventSettings("production", "https://alerts.example.com/ion")
NOW = BEGAN + 70


def event(alert: NotifiedAlert) -> dict[str, object]:
    """Return the event as Sentry reads it."""
    body = alert_event(journaled(alert), SETTINGS, NOW)
    content = envelope(EnvelopeItem.EVENT, body, NOW, event_id=event_id(journaled(alert))).content
    return opened(content)[1]


def test_an_event_says_what_where_and_how_bad() -> None:
    """Level, issue, tags, environment, release and links are those of the alert."""
    found = event(firing())
    assert found["logentry"] == {"formatted": ANNOTATIONS["summary"]}
    assert found["level"] == "info"
    assert found["fingerprint"] == ["DiskTrend", "checkout", "europe-west1"]
    assert found["environment"] == "production"
    assert found["release"] == f"ion-monitoring@{__version__}"
    assert found["timestamp"] == BEGAN
    assert found["tags"] == firing().labels
    assert found["contexts"]["links"] == {  # type: ignore[index]
        "bridge": "https://alerts.example.com/ion/incident/0000000000000000",
        "dashboard": "https://grafana.example.com/d/ion?var-region=europe-west1"
        "&from=1794998200000&to=1795001800000",
        "runbook": "https://docs.example.com/ion/DiskTrend.md",
        "prometheus": "https://prometheus.example.com/graph?g0.expr=up",
    }


def test_what_explains_an_alert_is_in_its_event() -> None:
    """Three facts have a context of their own, and the log lines a link."""
    known = Explanation(
        asked_at=0.0,
        value="Disk: 91%",
        worst=("Worst region: a, 91%.",),
        change="Deploy of b.",
        logs="https://l",
        faults=("too many samples",),
    )
    body = alert_event(journaled(firing()), SETTINGS, NOW, known=known)
    assert body["contexts"]["explanation"] == {
        "value": "Disk: 91%",
        "worst_1": "Worst region: a, 91%.",
        "change": "Deploy of b.",
        "not_known": "too many samples",
    }
    assert body["contexts"]["links"]["logs"] == "https://l"
    assert "explanation" not in alert_event(journaled(firing()), SETTINGS, NOW)["contexts"]


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        ("critical", "fatal"),
        ("high", "error"),
        ("medium", "warning"),
        ("low", "info"),
        ("", "info"),
    ],
)
def test_levels(severity: str, level: str) -> None:
    """Each severity has its level of Sentry; an unknown one is the lowest."""
    assert event(firing(severity=severity))["level"] == level


def test_labels_say_release_and_environment() -> None:
    """The revision is the release; a label `environment` is the environment, and no tag."""
    found = event(firing(revision_name="checkout-00042", environment="staging"))
    assert (found["release"], found["environment"]) == ("checkout-00042", "staging")
    assert "environment" not in found["tags"]  # type: ignore[operator]
    assert event(firing(environment="a/b"))["environment"] == "production"


def test_a_database_is_an_issue_of_its_own() -> None:
    """Where an alert is about no service, its database makes the issue."""
    one, two = (event(firing(service_name="", database_id=name)) for name in ("p:one", "p:two"))
    assert one["fingerprint"] == ["DiskTrend", "p:one", "europe-west1"]
    assert one["fingerprint"] != two["fingerprint"]


def test_the_same_state_is_the_same_event() -> None:
    """The id depends on group, alert, start and status, and on nothing else."""
    alert = firing()
    known = event_id(journaled(alert))
    assert event_id(replace(journaled(alert, row=7), repeats=3)) == known
    assert event_id(journaled(replace(alert, starts_at=BEGAN + 0.001))) != known
    assert event_id(journaled(firing(1))) != known
    assert event_id(replace(journaled(alert), group_key="other")) != known


@pytest.mark.parametrize(("began", "stamp"), [(0.0, NOW - 29 * 86_400), (NOW + 3600, NOW)])
def test_a_time_that_sentry_refuses_is_moved(began: float, stamp: float) -> None:
    """An alert of years ago, or of an hour ahead, has a time that Sentry takes."""
    assert event(replace(firing(), starts_at=began))["timestamp"] == stamp


HOSTILE = (
    "<script>alert(1)</script>",
    "\r\nX-Sentry-Auth: evil",
    '","level":"fatal","x":"',
    "a\x00b\x1b[2J",
    "\ud800",
    "x" * 100_000,
    "é" * 100_000,
    "\n" * 300,
    "💥" * 500,
)


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_make_a_valid_event(value: str) -> None:
    """A value stays a value: the event keeps its form, its level and Sentry's limits."""
    text = cleaned(value[:8_000])
    labels = {f"l{n}{value[:40]}": text for n in range(60)}
    alert = replace(
        firing(**labels),
        annotations=dict.fromkeys((*ANNOTATIONS, "limit", "no_data", "reading"), text),
        generator_url=f"javascript:{value}",
    )
    found = event(alert)
    assert found["level"] == "info"
    assert len(found["tags"]) <= 50  # type: ignore[arg-type]
    assert "prometheus" not in found["contexts"]["links"]  # type: ignore[index]


def test_a_cut_event_is_small() -> None:
    """The largest alert fits whole, and its cut event is a tenth of it."""
    labels = {f"label_{n}": "💥" * 8_000 for n in range(60)}
    texts = dict.fromkeys((*ANNOTATIONS, "limit", "no_data", "reading"), "💥" * 8_000)
    alert = journaled(replace(firing(**labels), annotations=texts))
    whole, short = (
        len(json.dumps(alert_event(alert, SETTINGS, NOW, *limits), ensure_ascii=False).encode())
        for limits in ((), (SHORT,))
    )
    assert whole < MOST_BYTES
    assert short < whole / 3
    assert short < 30_000


@given(st.dictionaries(st.text(), st.text()), st.dictionaries(st.text(), st.text()))
def test_any_alert_makes_an_event_that_sentry_takes(
    labels: dict[str, str], annotations: dict[str, str]
) -> None:
    """Whatever labels and annotations hold, Sentry has nothing to refuse."""
    alert = replace(firing(), labels=labels, annotations=annotations)
    body = alert_event(journaled(alert), SETTINGS, NOW)
    assert not event_faults(dict(body), 0)
    opened(envelope(EnvelopeItem.EVENT, body, NOW, event_id=event_id(journaled(alert))).content)
