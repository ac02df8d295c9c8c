"""What keeps an alert as it is while its data is away: it neither ends nor begins then.

Data is away where no exporter answers, and where the newest value of a product, or of a Redis, is
too old; not where there are too few requests. When data was newest is recorded, since what says so
goes away with the data. The recorded series `…:data:away` exist only while data is away; their
value is the Unix time of the newest data.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from exporter.catalog.expression import Matcher
from exporter.catalog.model import Family, RedisInfo
from generators.policy import MINUTE, SUSTAINED
from generators.rules.health_rows import EXPORTER_JOB
from generators.rules.model import Recording
from generators.rules.names import series, span
from generators.selectors import AnyMatcher, selector

LONGEST = "1h"  # for which an alert is kept without data
BACK = span(SUSTAINED)
# Greater than Google's delay, a period and a poll together; less than it takes for a window of five
# minutes to run empty and for keep_firing_for.
_OLD = 7 * MINUTE
_SILENT = 90  # seconds: two evaluations; one missed scrape changes nothing
_PRODUCTS, _REDIS = ("gcp_project", "product"), ("redis_id",)
_AGE = 'label_replace(ionmon_data_age_seconds, "product", "$1", "family", "([^_]+).*")'


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where data comes from: the labels that separate sources, and when it is newest."""

    by: tuple[str, ...]
    newest: str
    limit: float

    def recordings(self) -> Iterator[Recording]:
        newest = _name(self.by, "newest")
        yield Recording(newest, self.newest, self.by, for_alerts=True)
        text = f"last_over_time({newest}[{LONGEST}]) < time() - {self.limit}"
        yield Recording(_name(self.by, "away"), text, self.by, for_alerts=True)


def _name(by: tuple[str, ...], what: str) -> str:
    return series(by, "data", what)


_ORIGINS = (
    _Origin((), f'time() * (max(up{{job="{EXPORTER_JOB}"}}) == 1)', _SILENT),
    _Origin(_PRODUCTS, f"time() - min by ({', '.join(_PRODUCTS)}) ({_AGE})", _OLD),
    _Origin(_REDIS, "time() * (max by (redis_id) (redis_up) == 1)", _SILENT),
)
NAMES = frozenset(_name(origin.by, what) for origin in _ORIGINS for what in ("newest", "away"))


def recordings() -> tuple[Recording, ...]:
    """Return the rules that say whether data is away; before those that read them."""
    return tuple(rule for origin in _ORIGINS for rule in origin.recordings())


@dataclass(frozen=True, slots=True)
class AwayMarker:
    """A series that exists while data is away; `labels` are those by which others meet it.

    prompt  whether it exists before windows have run empty, so that nothing may begin by these
    """

    labels: tuple[str, ...]
    name: str
    matchers: tuple[AnyMatcher, ...] = ()
    prompt: bool = True

    @property
    def series(self) -> str:
        """The marker as a selector."""
        return selector(self.name, self.matchers)


def markers(by: tuple[str, ...], families: Iterable[Family]) -> tuple[AwayMarker, ...]:
    """Return what says that data of these families is away, for series with the labels `by`."""
    return tuple(_markers(by, tuple(families)))


def _markers(by: tuple[str, ...], families: tuple[Family, ...]) -> Iterator[AwayMarker]:
    yield AwayMarker((), _name((), "away"))
    if "gcp_project" in by:
        products = tuple(sorted({family.name.partition("_")[0] for family in families}))
        matcher = Matcher("product", products)
        # Not prompt: by now windows are empty. A family that is polled rarely is as old for a part
        # of the time, and its alerts have to begin.
        yield AwayMarker(("gcp_project",), _name(_PRODUCTS, "away"), (matcher,), prompt=False)
    if "redis_id" in by and all(isinstance(family.source, RedisInfo) for family in families):
        yield AwayMarker(_REDIS, _name(_REDIS, "away"))


@dataclass(frozen=True, slots=True)
class FiringAlert:
    """What Prometheus knows of an alert that fires.

    signal  that its forms differ by; empty where they do not
    """

    alert: str
    signal: str = ""

    @property
    def series(self) -> str:
        """The alert as a selector."""
        own = (Matcher("signal", (self.signal,)),) if self.signal else ()
        name, state = Matcher("alertname", (self.alert,)), Matcher("alertstate", ("firing",))
        return selector("ALERTS", (name, state, *own))


def bridged(
    alert: FiringAlert, by: tuple[str, ...], away: Iterable[AwayMarker], condition: str, last: str
) -> str:
    """Return the expression of an alert that neither ends nor begins while its data is away.

    `condition` is what makes it fire, `last` what was true while data was there, such as
    `max_over_time(x[1h]) > 1`; both have the labels `by`.
    """
    away = tuple(away)
    return f"{begins(away, condition)}\nor\n{holds(alert, by, away, last)}"


def goes_on(
    alert: FiringAlert, by: tuple[str, ...], away: Iterable[AwayMarker], beyond: str
) -> str:
    """Return what keeps a firing alert in the minutes after its data came back.

    What has to be beyond its threshold for minutes cannot be known yet; `beyond` is known at once.
    """
    back = (replace(one, name=f"last_over_time({one.series}[{BACK}])", matchers=()) for one in away)
    return holds(alert, by, back, beyond)


def begins(away: Iterable[AwayMarker], condition: str) -> str:
    """Return a condition that is true only while data is there.

    Windows still hold values for minutes after the last scrape; nothing begins by these.
    """
    unless = (f"\nunless {_on(one.labels)} {one.series}" for one in away if one.prompt)
    return f"({_indented(condition)}){''.join(unless)}"


def holds(alert: FiringAlert, by: tuple[str, ...], away: Iterable[AwayMarker], last: str) -> str:
    """Return what keeps a firing alert while its data is away."""
    kept = "\n  or ".join(f"{alert.series} and {_on(one.labels)} {one.series}" for one in away)
    return f"({_indented(last)})\nand {_on(by)} (\n  {kept}\n)"


def _on(labels: tuple[str, ...]) -> str:
    return f"on ({', '.join(labels)})"


def _indented(text: str) -> str:
    lines = "".join(f"\n  {line}" for line in text.splitlines())
    return f"{lines}\n"
