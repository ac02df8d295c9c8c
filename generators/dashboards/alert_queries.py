"""Alerts as queries: which fire, since when, how often they began, how long incidents took.

Sums use whole minutes: an alert that fires at one minute and not at the one before has begun.
"""

from dataclasses import replace

from exporter.catalog.cloud_run import REQUESTS
from exporter.catalog.expression import Matcher
from exporter.catalog.own import DATA_AGE
from exporter.settings import Settings
from generators.dashboards.queries import BoardQueries
from generators.policy import WATCHDOG
from generators.selectors import AnyMatcher, PatternMatcher, by_clause, selector

NOTIFIED, CRITICAL = "critical|high|medium|low", "critical"
EVALUATED = f'ALERTS{{alertname="{WATCHDOG}"}}'  # there as long as alerts are evaluated
NOT_EVALUATED = "alerts are not evaluated"
ALERT = ("alertname", "where", "service_name")
_LOCATIONS = (
    "region",
    "database_id",
    "redis_id",
)  # of an alert's labels, the last of these is the most precise


def alerts(queries: BoardQueries, severity: str = NOTIFIED, *more: AnyMatcher) -> str:
    """Return a selector of the alerts that match the board's variables, or lack their labels."""
    chosen = (replace(matcher, absent=True) for matcher in queries.variables)
    firing = Matcher("alertstate", ("firing",))
    return selector("ALERTS", (firing, PatternMatcher("severity", severity), *chosen, *more))


def grouped(alerts: str, by: tuple[str, ...]) -> str:
    """Return alerts aggregated by labels; `where` is the region, database or cache, or `all`."""
    if "where" in by:
        alerts = f'label_replace({alerts}, "where", "all", "", "")'
        for label in _LOCATIONS:
            alerts = f'label_replace({alerts}, "where", "$1", "{label}", "(.+)")'
    return f"max{by_clause(by)} ({alerts})"


def calm() -> str:
    """Return 0 while alerts are evaluated, else -1: what is shown where no alert fires."""
    return f"(vector(0) and on () {EVALUATED} or vector(-1))"


def or_calm(alerts: str, label: str, text: str) -> str:
    """Return alerts, or else one series whose label states that none fires, or is evaluated."""
    none = f'label_replace(vector(0) and on () {EVALUATED}, "{label}", "{text}", "", "")'
    unknown = f'label_replace(vector(-1), "{label}", "{NOT_EVALUATED}", "", "")'
    return f"{alerts} or on () ({none} or on () {unknown})"


def or_none(value: str, none: int) -> str:
    """Return a value, or else a number that stands for none, as long as alerts are evaluated."""
    return f"{value} or on () (vector({none}) and on () {EVALUATED})"


def began(alerts: str) -> str:
    """Return the alerts that fire and did not a minute ago."""
    return f"({alerts} unless {alerts} offset 1m)"


def _stretches(alerts: str, by: tuple[str, ...], *, end: bool = False) -> str:
    """Return where a stretch of firing begins, or where it has ended."""
    now, before = (grouped(text, by) for text in (alerts, f"{alerts} offset 1m"))
    return f"({before} unless {now})" if end else f"({now} unless {before})"


def _fired_at_start(alerts: str, by: tuple[str, ...]) -> str:
    """Return 1 for what fired when the range began."""
    return f"count{by_clause(by)} ({grouped(f'{alerts} offset $__range', by)})"


def beginnings(alerts: str, by: tuple[str, ...]) -> str:
    """Return how many stretches of firing the range has, one that began before it included."""
    begun = f"sum{by_clause(by)} (count_over_time({_stretches(alerts, by)}[$__range:1m]))"
    before = _fired_at_start(alerts, by)
    return f"({begun} + {before} or {begun} or {before})"


def firing(alerts: str, by: tuple[str, ...]) -> str:
    """Return for how many seconds of the range alerts fired."""
    return f"sum{by_clause(by)} (count_over_time({grouped(alerts, by)}[$__range:1m])) * 60"


def _last_began(alerts: str, by: tuple[str, ...]) -> str:
    return f"max_over_time(({_stretches(alerts, by)} * time())[$__range:1m])"


def last_start(alerts: str, by: tuple[str, ...]) -> str:
    """Return when an alert last began within the range, in milliseconds.

    Grouped once and not each minute, so that a month is answered in time.
    """
    return f"{grouped(f'max_over_time(({began(alerts)} * time())[$__range:1m])', by)} * 1000"


def ongoing(alerts: str, by: tuple[str, ...]) -> str:
    """Return for how many seconds alerts have fired that do so now; no more than the range.

    An alert of less than a minute has 0: no whole minute has seen it begin.
    """
    now, before = (grouped(text, by) for text in (alerts, f"{alerts} offset 1m"))
    since = f"time() - ({_last_began(alerts, by)} and {now} and {before})"
    always = f"({now} and {before} and {_fired_at_start(alerts, by)}) * $__range_s"
    return f"{since} or {always} or {now} * 0"


def resolution(alerts: str) -> str:
    """Return the mean time of the stretches of the range that have ended."""
    ended = f"sum (count_over_time({_stretches(alerts, (), end=True)}[$__range:1m]))"
    total = firing(alerts, ())
    last = f"last_over_time(({grouped(alerts, ())} * 0 + time())[1m:1m])"
    present = f"({last} - {_last_began(alerts, ())} + 60)"
    return f"({total} - {present} or {total}) / ({ended} > 0)"


def detection(queries: BoardQueries, alerts: str) -> str:
    """Return the mean time from a problem to its alert: the age of the data, and the `for`."""
    waited = f"(time() - ALERTS_FOR_STATE) and ignoring (alertstate) {began(alerts)}"
    age = queries.family(DATA_AGE, (Matcher("family", (REQUESTS.name,)),))
    late = f"max(avg_over_time({age}[$__range]))"
    return f"avg(avg_over_time(({waited})[$__range:1m])) + {late}"


def runbooks(settings: Settings) -> str:
    """Return the address of the runbooks, if a browser can open it, else nothing."""
    base = settings.links.runbooks or ""
    return base if base.startswith(("http://", "https://")) else ""
