"""Deploys and alerts as queries: marks in charts, tables of what happened, times of incidents."""

from typing import Any

from exporter.catalog.cloud_run import BILLABLE_TIME
from exporter.settings import Settings
from generators.boards import VARIABLES
from generators.dashboards.model import MAIN
from generators.dashboards.queries import by_labels, family, maybe

TOLD = "critical|high|medium|low"
PAGED = "critical"
_REVISION = "service_name, revision_name"
ALERT = ("alertname", "region", "service_name", "database_id", "redis_id")
_MARK = "5m"  # for so long a mark can be found


def alerts(chosen: tuple[str, ...], severity: str = TOLD, state: str = "firing") -> str:
    """Return a selector of the alerts of what is chosen; those without a place stay."""
    tests = f'alertstate="{state}",severity=~"{severity}"'
    places = maybe(tuple(label for label in VARIABLES if label in chosen))
    return f"ALERTS{{{tests},{places}}}" if places else f"ALERTS{{{tests}}}"


def deploy(window: str = "10m") -> str:
    """Return what is there for some minutes after a revision's first: 1 for each revision.

    Of a service that was not known before, nothing is said: it is the exporter that is new.
    """
    billed = family(BILLABLE_TIME)
    return (
        f"count by ({_REVISION}) (increase({billed}[{window}]) > 0) "
        f"unless count by ({_REVISION}) ({billed} offset {window}) "
        f"and on (service_name) count by (service_name) ({billed} offset {window})"
    )


def deployed() -> str:
    """Return when each revision that was deployed in the range appeared, in milliseconds."""
    return (
        f"min by ({_REVISION}) (min_over_time(((({deploy()}) > bool 0) * time())[$__range:5m]))"
        " * 1000"
    )


def began(selector: str, window: str = "1m") -> str:
    """Return the alerts that began to fire within the last minute, or a longer window."""
    return f"({selector} unless {selector} offset {window})"


def beginnings(selector: str, by: tuple[str, ...]) -> str:
    """Return how often alerts began to fire in the range."""
    return f"sum{by_labels(by)} (count_over_time({began(selector)}[$__range:1m]))"


def firing(selector: str, by: tuple[str, ...]) -> str:
    """Return for how many seconds of the range alerts fired."""
    return f"sum{by_labels(by)} (count_over_time({selector}[$__range:1m])) * 60"


def ongoing(selector: str, by: tuple[str, ...]) -> str:
    """Return for how many seconds alerts have fired that do so now; no more than the range."""
    now = f"max{by_labels(by)} ({selector})"
    begun = f"max_over_time(({_stretches(selector, by)} * time())[$__range:1m])"
    return f"time() - ({begun} and {now}) or {now} * $__range_s"


def _stretches(selector: str, by: tuple[str, ...]) -> str:
    """Return what fires and did not a minute ago, alerts that agree in labels taken as one."""
    kept = by_labels(by)
    return f"(max{kept} ({selector}) unless max{kept} ({selector} offset 1m))"


def incidents(selector: str) -> tuple[str, str]:
    """Return in how many stretches of the range any alert fired, and for how many seconds."""
    begun = f"sum (count_over_time({_stretches(selector, ())}[$__range:1m]))"
    return begun, firing(f"max({selector})", ())


def resolution(selector: str) -> str:
    """Return the mean time of the stretches of the range that have ended."""
    ends = f"(max ({selector} offset 1m) unless max ({selector}))"
    ended = f"sum (count_over_time({ends}[$__range:1m]))"
    total = firing(f"max({selector})", ())
    # Both count whole minutes, the first and the last one too.
    present = f"(floor(({ongoing(selector, ())}) / 60) + 1) * 60"
    return f"({total} - {present} or {total}) / ({ended} > 0)"


def detection(selector: str) -> str:
    """Return the mean time from an alert's condition to its firing."""
    waited = f"(time() - ALERTS_FOR_STATE) and ignoring (alertstate) {began(selector)}"
    return f"avg(avg_over_time(({waited})[$__range:1m]))"


def annotations(settings: Settings, chosen: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the marks: deploys, and alerts that page, each a line where it begins.

    They are found for five minutes, so that none falls between two steps of a query over thirty
    days; their value says when it was.
    """
    paged = f"{began(alerts(chosen, PAGED))} * time()"
    return [
        {
            "name": "Deploys",
            "expr": _deploy_began(),
            "colour": "latency",
            "step": "60s",
            "tags": "service_name",
            "title": "Deploy of {{service_name}}",
            "text": "{{revision_name}}",
            "datasource": MAIN,
        },
        {
            "name": "Pages",
            "expr": f"max by (alertname) (max_over_time(({paged})[{_MARK}:1m])) * 1000",
            "colour": "anomaly",
            "step": "60s",
            "tags": "alertname",
            "title": "{{alertname}}",
            "text": f"critical{_runbook(settings)}",
            "datasource": MAIN,
        },
    ]


def _deploy_began() -> str:
    """Return when a revision was first seen, in milliseconds, for as long as marks are found."""
    seen = f"timestamp({family(BILLABLE_TIME)})"
    first = f"min by ({_REVISION}) (min_over_time({seen}[{_MARK}:1m])) * 1000"
    return f"{first} and {deploy(_MARK)}"


def _runbook(settings: Settings) -> str:
    base = runbooks(settings)
    return f' <a href="{base}/{{{{alertname}}}}.md">runbook</a>' if base else ""


def runbooks(settings: Settings) -> str:
    """Return where runbooks are, where that is an address that a browser can open."""
    base = settings.links.runbooks or ""
    return base if base.startswith(("http://", "https://")) else ""
