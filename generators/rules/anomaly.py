"""Values that are unlike those of the same time of the week: a robust band around three weeks.

The centre is the median of the hour around the same time one, two and three weeks ago, so that one
of them may hold an incident. The band's width comes from how much an hour varies within itself and
from week to week, and is never less than a floor, which leaves room for a drop to nothing. Nothing
of the last week is in it: an incident does not become normal by lasting. Where one of the three
weeks is unknown there is no band.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.catalog.model import CloudMonitoring, Direction, Rate, Signal
from exporter.settings import Settings
from generators.boards import SIGNAL_PANELS
from generators.policy import SIGNAL_BY_NAME, number, split
from generators.rules import longterm, slo
from generators.rules.model import Alerting, Group, Recording, RuleFile
from generators.rules.names import series, span
from generators.rules.recording import recorded
from generators.rules.wording import Says, annotations, of

LIMIT = 4  # widths from the centre
HOLD = 15 * 60
_OFFSETS = ("6d23h30m", "13d23h30m", "20d23h30m")  # an hour, half of it on each side
_WEEKS = range(len(_OFFSETS))
_SIGMA = 1.4826  # of a normal distribution, by its median deviation
EVENTS = 100  # in the time that is compared: none at all are no chance then
DROP = 1 / (LIMIT + 1)  # of the centre: the width by which nothing lies beyond the limit


@dataclass(frozen=True, slots=True)
class Band:
    """A signal with a band, and the floor of its width.

    least  of the floor, in the signal's unit
    share  of the centre, which the floor is no less than
    worth  centre from which four widths are less than itself, so that a drop to nothing leaves
           the band; 0 for a signal that does not drop
    """

    signal: Signal
    least: float
    share: float
    worth: float = 0.0

    @property
    def by(self) -> tuple[str, ...]:
        """The labels of the series."""
        return split(self.signal)

    def name(self, what: str) -> str:
        """Return the name of a series of the band: centre, spread, score and more."""
        return series(self.by, self.signal.name, f"anomaly_{what}")

    @property
    def alert(self) -> str:
        """The name of the alert: ResponseTimeP95Anomaly."""
        return "".join(word.capitalize() for word in self.signal.name.split("_")) + "Anomaly"


def _band(name: str, least: float, share: float, worth: float = 0.0) -> Band:
    return Band(SIGNAL_BY_NAME[name], least, share, worth)


WORDS = {
    "throughput": "throughput",
    "error_rate": "error rate",
    "response_time_p95": "95th percentile of the response time",
    "cache_hit_rate_l2": "hit rate of Redis",
    "db_connections": "number of database connections",
    "query_time": "mean time of database queries",
}
BANDS = (
    _band("throughput", 1.0, 0.1, EVENTS / HOLD),
    _band("error_rate", 0.002, 0.1),
    _band("response_time_p95", 0.01, 0.1),
    _band("cache_hit_rate_l2", 0.03, 0.0),
    _band("db_connections", 5.0, 0.1),
    _band("query_time", 0.005, 0.1),
)


def recordings(band: Band) -> tuple[Recording, ...]:
    """Return the rules of a band, each built on those before it."""
    by = band.by
    source = longterm.name(band.signal, "mean")
    weeks = "\nor\n".join(_week(f"avg_over_time({source}[1h]", n) for n in _WEEKS)
    noise = "\nor\n".join(_week(f"stddev_over_time({source}[1h]", n) for n in _WEEKS)
    centre, spread, now = band.name("centre"), band.name("spread"), band.name("value")
    median = f"quantile{_by(by)} (0.5, {band.name('weeks')})"
    known = f"count{_by(by)} ({band.name('weeks')}) == {len(_OFFSETS)}"
    return (
        Recording(band.name("weeks"), weeks, (*by, "week")),
        Recording(band.name("noise"), noise, (*by, "week")),
        Recording(centre, f"{median}\nand {known}", by),
        Recording(spread, _spread(band), by),
        Recording(now, _value(band), by),
        Recording(band.name("score"), f"({now} - {centre}) / {spread}", by),
        Recording(band.name("upper"), f"{centre} + {LIMIT} * {spread}", by),
        Recording(band.name("lower"), f"clamp_min({centre} - {LIMIT} * {spread}, 0)", by),
    )


def _by(labels: tuple[str, ...]) -> str:
    return f" by ({', '.join(labels)})"


def _on(labels: tuple[str, ...]) -> str:
    return f" on ({', '.join(labels)})"


def _week(call: str, number_: int) -> str:
    return f'label_replace({call} offset {_OFFSETS[number_]}), "week", "{number_ + 1}", "", "")'


def _spread(band: Band) -> str:
    """Return the greatest of: the noise of an hour, what weeks differ by, and the floor."""
    by, centre = band.by, band.name("centre")
    noise = f"quantile{_by(by)} (0.5, {band.name('noise')})"
    apart = f"abs({band.name('weeks')} -{_on(by)} group_left () {centre})"
    weeks = f"{_SIGMA} * quantile{_by(by)} (0.5, {apart})"
    parts = {"noise": noise, "weeks": weeks, "floor": _floor(band)}
    marked = (f'label_replace({text}, "of", "{of}", "", "")' for of, text in parts.items())
    return f"max{_by(by)} (\n  " + "\n  or ".join(marked) + f"\n)\nand {centre}"


def _floor(band: Band) -> str:
    """Return the floor of the width; a small centre that is worth it has a small one."""
    centre = band.name("centre")
    usual = f"clamp_min({number(band.share)} * {centre}, {number(band.least)})"
    if not band.worth:
        return usual
    small = f"{number(DROP)} * ({centre} >= {number(band.worth)}) < {number(band.least)}"
    return f"({small} or {usual})"


def _value(band: Band) -> str:
    """Return the present value; no traffic is 0, where the source is known to have been read."""
    now = f"avg_over_time({longterm.name(band.signal, 'mean')}[{span(HOLD)}])"
    expression = band.signal.expression
    if not isinstance(expression, Rate):
        return now
    family = expression.events.family
    if not isinstance(family.source, CloudMonitoring):
        return now
    seconds = longterm.increase(recorded()["ionmon_data_seconds_total"].name)
    read = f'{seconds}{{family="{family.name}"}} > 0'
    return f"{now}\nor {band.name('centre')} * 0 and on (gcp_project) ({read})"


def alert(settings: Settings, band: Band) -> Alerting:
    """Return the alert on a score beyond the limit, in the direction in which it gets worse."""
    signal, by, words = band.signal, band.by, WORDS[band.signal.name]
    side, limit = (">", LIMIT) if signal.direction is Direction.UP else ("<", -LIMIT)
    far = "above" if signal.direction is Direction.UP else "below"
    says = Says(
        f"The {words} is unlike the weeks before.",
        f'The {words} {of(by)} is {{{{ $value | printf "%.1f" }}}} widths from what it was at this '
        f"time of the last three weeks; it fires beyond {LIMIT} {far}, for {span(HOLD)}.",
        "Look at what else changed at the same time, and at deploys and events of the calendar.",
        SIGNAL_PANELS[signal.name],
    )
    labels = (("severity", "low"), ("signal", signal.name), ("category", "anomaly"))
    return Alerting(
        band.alert,
        f"{band.name('score')} {side} {limit}",
        labels,
        annotations(settings, band.alert, says, by),
        by,
        HOLD,
    )


def groups(settings: Settings) -> Iterator[Group]:
    """Yield a group for each band, and one for the alerts."""
    for band in BANDS:
        yield Group(f"ion_band_{band.signal.name}", slo.LONG_TERM, recordings(band))
    rules = tuple(alert(settings, band) for band in BANDS)
    yield Group("ion_anomalies", slo.LONG_TERM, rules)


def file(settings: Settings) -> RuleFile:
    """Return the file; for the server that has weeks of past."""
    about = "Bands by time of week, and what leaves them; for the server with 90 days."
    return RuleFile("longterm-anomaly.yml", about, tuple(groups(settings)))
