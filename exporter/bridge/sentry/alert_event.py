"""What Sentry shows of an alert: an event whose issue is the alert, its service and its region.

Limits of Sentry: https://develop.sentry.dev/sdk/data-model/event-payloads/. A tag's name has 32
characters, its value 200 and no line break; an event that is older than 30 days is refused.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from exporter import __version__
from exporter.bridge.explain import Explanation
from exporter.bridge.journal_rows import JournaledAlert
from exporter.bridge.sentry.envelope import CLIENT, Body, stamp
from exporter.bridge.webhook import NotifiedAlert

LEVELS = {"critical": "fatal", "high": "error", "medium": "warning"}
ELSE = "info"
# What an alert is about, by the first of these labels that it has.
SUBJECTS = ("service_name", "database_id", "redis_id", "application", "family", "instance")
LONGEST_TAG_NAME, LONGEST_TAG, MOST_TAGS = 32, 200, 50
LONGEST_MESSAGE = 4_000
_OLDEST = 29 * 86_400.0  # seconds
_ID = 32  # hexadecimal digits
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.:-]")
_ENVIRONMENT = re.compile(r"[^\s/\\]{1,64}")
_RELEASE = re.compile(r"[^\s/\\]{1,200}")
# Sentry has these beside the tags, or gives them a meaning of its own.
_FIELDS = frozenset({"environment", "release", "dist", "level", "user"})
_TEXTS = ("description", "check", "reading", "value", "limit", "place", "no_data")
_AROUND = 1_800.0  # seconds that a dashboard shows before an alert


@dataclass(frozen=True, slots=True)
class EventSettings:
    """What all events share: the environment, and the address of the bridge's page or None."""

    environment: str
    page: str | None = None


@dataclass(frozen=True, slots=True)
class EventLimits:
    """How much of each text goes into an event, in characters, and how many tags."""

    text: int = 2_000
    tags: int = MOST_TAGS


WHOLE, SHORT = EventLimits(), EventLimits(text=200, tags=20)


def event_id(journaled: JournaledAlert) -> str:
    """Return the id of an alert's event: what is sent again is the same event to Sentry."""
    alert = journaled.alert
    key = (journaled.group_key, alert.fingerprint, repr(alert.starts_at), alert.status)
    return hashlib.sha256("\n".join(key).encode(errors="replace")).hexdigest()[:_ID]


def alert_event(
    journaled: JournaledAlert,
    settings: EventSettings,
    now: float,
    limits: EventLimits = WHOLE,
    known: Explanation | None = None,
) -> Body:
    """Return the event of an alert that fires.

    now    this machine's Unix time
    known  what explains the alert; None where nothing does
    """
    alert = journaled.alert
    labels = alert.labels
    return {
        "event_id": event_id(journaled),
        "timestamp": min(max(alert.starts_at, now - _OLDEST), now),
        "platform": "other",
        "logger": "ionmon.alerts",
        "level": LEVELS.get(labels.get("severity", ""), ELSE),
        "logentry": {"formatted": _cut(_headline(alert), min(limits.text, LONGEST_MESSAGE))},
        "fingerprint": _issue(alert),
        "environment": _environment(labels, settings),
        "release": _release(labels),
        "tags": dict(_tags(labels, limits)),
        "contexts": {
            "alert": dict(_facts(journaled, limits)),
            "links": dict(_links(alert, settings, limits, known)),
            **({"explanation": dict(_explained(known, limits))} if known is not None else {}),
        },
    }


def tag_name(text: str) -> str:
    """Return a text as the name of a tag."""
    return _NOT_IN_NAMES.sub("_", text)[:LONGEST_TAG_NAME]


def tag_value(text: str) -> str:
    """Return a text as the value of a tag: one line, 200 characters."""
    return _cut(" ".join(text.split()), LONGEST_TAG)


def _headline(alert: NotifiedAlert) -> str:
    return alert.annotations.get("summary") or alert.name or "An alert without a name"


def _issue(alert: NotifiedAlert) -> list[str]:
    subject = next((alert.labels[name] for name in SUBJECTS if alert.labels.get(name)), "")
    return [tag_value(text) for text in (alert.name, subject, alert.labels.get("region", ""))]


def _environment(labels: Mapping[str, str], settings: EventSettings) -> str:
    own = labels.get("environment", "")
    return own if _ENVIRONMENT.fullmatch(own) else settings.environment


def _release(labels: Mapping[str, str]) -> str:
    """Return what ran: the labels say it, or it is only known what sent the event."""
    known = labels.get("release") or labels.get("revision_name") or ""
    return known if _RELEASE.fullmatch(known) else f"{CLIENT}@{__version__}"


def _tags(labels: Mapping[str, str], limits: EventLimits) -> Iterator[tuple[str, str]]:
    names: set[str] = set()
    for label, text in labels.items():
        name, value = tag_name(label), tag_value(text)
        if value and name and name not in _FIELDS | names and len(names) < limits.tags:
            names.add(name)
            yield name, value


def _facts(journaled: JournaledAlert, limits: EventLimits) -> Iterator[tuple[str, str]]:
    alert = journaled.alert
    for name in _TEXTS:
        if text := alert.annotations.get(name):
            yield name, _cut(text, limits.text)
    yield "since", stamp(alert.starts_at)
    yield "fingerprint", tag_value(alert.fingerprint)
    yield "receiver", tag_value(journaled.receiver)


def _explained(known: Explanation, limits: EventLimits) -> Iterator[tuple[str, str]]:
    yield "value", _cut(known.value, limits.text)
    for number, fact in enumerate(known.worst, 1):
        yield f"worst_{number}", _cut(fact, limits.text)
    if known.change:
        yield "change", _cut(known.change, limits.text)
    if known.faults:
        yield "not_known", _cut("; ".join(known.faults), limits.text)


def _links(
    alert: NotifiedAlert, settings: EventSettings, limits: EventLimits, known: Explanation | None
) -> Iterator[tuple[str, str]]:
    given = alert.annotations
    page = settings.page and f"{settings.page}/incident/{quote(alert.fingerprint, safe='')}"
    for name, url in (
        ("bridge", page or ""),
        ("dashboard", _at(given.get("dashboard_url", ""), alert.starts_at)),
        ("runbook", given.get("runbook_url", "")),
        ("prometheus", alert.generator_url),
        ("logs", known.logs if known is not None else ""),
    ):
        # A link that is cut leads elsewhere; one of another scheme is none that a browser may open.
        if url.startswith(("https://", "http://")) and len(url) <= limits.text:
            yield name, url


def _at(dashboard: str, since: float) -> str:
    """Return a dashboard's address with the time of the alert: who reads it may come days later."""
    try:
        parts = urlsplit(dashboard)
    except ValueError:
        return ""
    kept = [word for word in parts.query.split("&") if not word.startswith(("from=", "to="))]
    kept += [f"from={(since - _AROUND) * 1000:.0f}", f"to={(since + _AROUND) * 1000:.0f}"]
    return urlunsplit(parts._replace(query="&".join(word for word in kept if word)))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
