"""Three facts about an alert, computed and never guessed.

They are the value against its limit and since when; the split by which it is worst; the last deploy
or change of instances in the half hour before. What cannot be known is said, or left out.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import quote

from exporter.catalog import log_links
from exporter.monitoring_config import AlertConfig, MonitoringConfig, SignalConfig
from exporter.prometheus.api import NoAnswer, Points, Prometheus, QueryRefused, TimeSpan
from exporter.summary.wording import elapsed, shown

AROUND = 1800.0  # seconds before an alert in which a change may have caused it
_STEP = 60.0
_INSTANCES = "instances"
_WORDS = {
    "region": "region",
    "response_code_class": "class",
    "endpoint": "endpoint",
    "revision_name": "revision",
}
_PLACE = ("gcp_project", "region", "service_name", "database_id", "redis_id")
_LONGEST = 200
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What is known about one alert.

    value   the value against its limit, and since when
    worst   the splits by which it is worst, a sentence each
    change  the last change in the half hour before, or that there was none; empty if unknown
    logs    the address of the log lines; empty where no Google service is named
    asked_at  when Prometheus was asked, Unix seconds
    faults  what could not be asked
    away    whether the server gave no answer, so that hardly anything is known
    """

    value: str
    worst: tuple[str, ...]
    change: str
    logs: str
    asked_at: float
    faults: tuple[str, ...] = ()
    away: bool = False

    @property
    def facts(self) -> tuple[str, ...]:
        """The sentences."""
        return tuple(filter(None, (self.value, *self.worst, self.change)))


@dataclass(slots=True)
class Explainer:
    """Explains alerts at one time; what several of them ask for is asked once."""

    config: MonitoringConfig
    server: Prometheus
    now: float
    _refused: dict[str, str] = field(default_factory=dict)  # why, by query
    _faults: dict[str, None] = field(default_factory=dict)
    _silent: bool = False

    def explain(self, labels: Texts, since: float) -> Explanation:
        """Return what is known about an alert that fires since a time, Unix seconds."""
        self._faults.clear()
        self._silent = False
        alert = self.config.alert(labels)
        signal = self.config.signals.get(alert.signal or "") if alert is not None else None
        found = Explanation(
            value=self._value(alert, signal, labels, since),
            worst=(*self._worst(alert, signal, labels), *self._revisions(labels)),
            change=self._change(labels, since),
            logs=log_link(labels, since, signal.log_filter if signal is not None else None),
            asked_at=self.now,
        )
        return replace(found, faults=tuple(self._faults), away=self._silent)

    def _values(self, query: str, at: float) -> list[Points]:
        return self._ask(query, lambda: self.server.instant(query, at // _STEP * _STEP))

    def _ask(self, query: str, ask: Callable[[], list[Points]]) -> list[Points]:
        """Return an answer; what is refused, or a server that gives none, is asked once."""
        if self._silent:
            return []
        try:
            if query not in self._refused:
                return ask()
        except QueryRefused as error:
            self._silent = isinstance(error, NoAnswer)
            self._refused[query] = str(error)
        self._faults[self._refused[query]] = None
        return []

    def _value(
        self, alert: AlertConfig | None, signal: SignalConfig | None, labels: Texts, since: float
    ) -> str:
        lasting = f"since {_time(since)}, for {elapsed(max(0.0, self.now - since))}"
        if alert is None or signal is None:
            return f"It fires {lasting}."
        series = [one for one in self._values(signal.query, self.now) if _is_about(one, labels)]
        value = _most(series, signal.direction)
        noun = _capital(signal.noun or alert.signal or "")
        # A burn rate is a limit of another thing than the signal.
        limit = f", limit {shown(alert.limit.value, signal.unit)}" if alert.limit else ""
        if value is None:
            unknown = self._silent or signal.query in self._refused
            return (
                f"{noun}: {'not known' if unknown else 'no data now'}{limit}; it fires {lasting}."
            )
        return f"{noun}: {shown(value, signal.unit)}{limit}; it fires {lasting}."

    def _worst(
        self, alert: AlertConfig | None, signal: SignalConfig | None, labels: Texts
    ) -> Iterator[str]:
        if alert is None or signal is None:
            return
        for label in _WORDS:
            if label in signal.split_by:
                yield from self._elsewhere(signal, labels, label)
        for label, split in signal.splits.items():
            series = [one for one in self._values(split.query, self.now) if _is_about(one, labels)]
            if split.of == "events":
                yield from _most_events(series, label)
            else:
                yield from _worst_of(series, label, signal)

    def _elsewhere(self, signal: SignalConfig, labels: Texts, label: str) -> Iterator[str]:
        """Yield where the same service is worst, such as its worst region, if there are several."""
        others = {name: text for name, text in labels.items() if name != label}
        series = [one for one in self._values(signal.query, self.now) if _is_about(one, others)]
        if len({dict(one.labels).get(label) for one in series}) > 1:
            yield from _worst_of(series, label, signal)

    def _revisions(self, labels: Texts) -> Iterator[str]:
        """Yield which revisions of a service run, where there are several."""
        query = self.config.events.revisions if self.config.events else None
        if query is None or "service_name" not in labels:
            return
        found = [one for one in self._values(query, self.now) if _matches(one, labels)]
        shares = _shares(found, "revision_name")
        if len(shares) > 1:
            (name, share), *_ = shares
            yield f"Of {len(shares)} revisions, {_plain(name)} has {share} of the instance time."

    def _change(self, labels: Texts, since: float) -> str:
        """Return the last deploy or change of instances in the half hour before an alert."""
        if "service_name" not in labels or self.config.events is None:
            return ""
        found = [*self._deploys(self.config.events.deploys, labels, since)]
        scaled, known = self._scalings(labels, since)
        found += scaled
        if found:
            at, text = max(found)
            return f"{text} at {_time(at)}, {elapsed(max(0.0, since - at))} before."
        if not known or self._faults or not self._is_watched(labels, since):
            return ""
        return "No deploy and no change of instances in the 30 minutes before."

    def _is_watched(self, labels: Texts, since: float) -> bool:
        """Return whether instances were known half an hour before: else a change was not seen."""
        signal = self.config.signals[_INSTANCES]
        before = self._values(signal.query, since - AROUND)
        return any(_matches(one, labels) for one in before)

    def _deploys(self, query: str, labels: Texts, since: float) -> Iterator[tuple[float, str]]:
        for one in self._values(query, since):
            revision = dict(one.labels).get("revision_name", "")
            at = one.values[0] / 1000
            if _matches(one, labels) and since - AROUND <= at <= since:
                yield at, f"Deploy of {_plain(revision)}"

    def _scalings(self, labels: Texts, since: float) -> tuple[list[tuple[float, str]], bool]:
        """Return the last change of instances, and whether their number is known at all."""
        signal = self.config.signals.get(_INSTANCES)
        if signal is None:
            return [], False
        span = TimeSpan(since - AROUND, since)
        points = self._ask(signal.query, lambda: self.server.range(signal.query, span, _STEP))
        series = [one for one in points if _matches(one, labels)]
        changes = [change for one in series for change in _last_change(one)]
        return changes, bool(series)


def _last_change(one: Points) -> Iterator[tuple[float, str]]:
    known = [(t, v) for t, v in zip(one.times, one.values, strict=True) if math.isfinite(v)]
    region = dict(one.labels).get("region", "")
    for (_, before), (at, after) in reversed([*pairwise(known)]):
        if before != after:
            where = f" in {_plain(region)}" if region else ""
            yield at, f"Instances{where} went from {before:g} to {after:g}"
            return


def _is_about(one: Points, labels: Texts) -> bool:
    """Whether a series is about an alert, by every label that both have."""
    return all(labels.get(name, value) == value for name, value in one.labels if value)


def _matches(one: Points, labels: Texts) -> bool:
    """Whether a series is about the same place, as far as both name it."""
    own = dict(one.labels)
    return all(own[n] == labels[n] for n in _PLACE if own.get(n) and labels.get(n))


def _most(series: Iterable[Points], direction: str) -> float | None:
    values = [one.values[0] for one in series if math.isfinite(one.values[0])]
    if not values:
        return None
    return min(values) if direction == "down" else max(values)


def _worst_of(series: Sequence[Points], label: str, signal: SignalConfig) -> Iterator[str]:
    """Yield where a signal is worst, and what it is at best elsewhere."""
    found = [
        (one.values[0], dict(one.labels).get(label, ""))
        for one in series
        if math.isfinite(one.values[0]) and dict(one.labels).get(label)
    ]
    if not found:
        return
    found.sort(reverse=signal.direction != "down")
    (value, name), *others = found
    other = next((text for text, rest in others if rest != name), None)
    rest = "" if other is None else f"; the next one has {shown(other, signal.unit)}"
    yield f"Worst {_WORDS.get(label, label)}: {_plain(name)}, {shown(value, signal.unit)}{rest}."


def _most_events(series: Sequence[Points], label: str) -> Iterator[str]:
    """Yield which value of a label has most of the events."""
    name, share = next(iter(_shares(series, label)), ("", ""))
    if name:  # not, where most of them lack the label
        yield f"Most of them by {_WORDS.get(label, label)}: {_plain(name)}, {share} of the errors."


def _shares(series: Iterable[Points], label: str) -> list[tuple[str, str]]:
    """Return the values of a label with their shares of the whole, the largest first."""
    counts: dict[str, float] = {}
    for one in series:
        if math.isfinite(one.values[0]):
            name = dict(one.labels).get(label, "")
            counts[name] = counts.get(name, 0.0) + one.values[0]
    whole = sum(counts.values())
    if whole <= 0:
        return []
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return [(name, shown(count / whole, "ratio")) for name, count in ordered]


def log_link(labels: Texts, since: float, log_filter: str | None) -> str:
    """Return the address of the log lines of a service or database around a time; else nothing."""
    project = labels.get("gcp_project", "")
    for label, resource, region in log_links.RESOURCES:
        if not project or not labels.get(label):
            continue
        lines = [f'resource.type="{resource}"', f"resource.labels.{label}={_quoted(labels[label])}"]
        if labels.get("region"):
            lines.append(f"resource.labels.{region}={_quoted(labels['region'])}")
        lines += [log_filter] if log_filter and label == "service_name" else []
        times = (since - log_links.BEFORE, since + log_links.AFTER)
        span = "%2F".join(datetime.fromtimestamp(at, UTC).strftime(log_links.STAMP) for at in times)
        query = quote("\n".join(lines), safe="")
        url = f"{log_links.ADDRESS}{query};timeRange={span}?project={quote(project, safe='')}"
        return url if len(url) <= log_links.LONGEST_LINK else ""
    return ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(c if c.isprintable() else " " for c in escaped)}"'


def _plain(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * _LONGEST]).split())
    return line[:_LONGEST]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _time(at: float) -> str:
    found = datetime.fromtimestamp(at, UTC)
    return f"{found:%-d %b %H:%M} UTC"
