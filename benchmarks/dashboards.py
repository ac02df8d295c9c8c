"""How long the dashboards' queries take over thirty days, beside one panel straight on counters.

A server holds all that the rules keep for the long term, thirty days of it, a sample each five
minutes, and 72 hours of what they record each minute. Every query of every panel is sent as
Grafana asks it for thirty days on a screen of 1,600 pixels. The baseline is the error rate alone,
on thirty days of counters, a sample a minute.
"""

import json
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.row import Row, percentile
from benchmarks.rules import DAYS, requests
from exporter.prometheus.api import TimeSpan
from generators.dashboards.build import texts
from generators.policy import SEVERITIES, policy
from generators.report.time_range import step, written
from generators.rules.build import build
from tests.e2e import past
from tests.e2e.boards import AHEAD, BEFORE, REFERENCE, made, pages
from tests.servers import Prometheus, blocks, prometheus

_SCREEN, _MINUTE, _FIVE, _HELD = 1600, 60, 300, 72 * 3600
_WITHIN = 3.0  # seconds; people wait for the slowest panel
_ALERTS = 20
_ALL = ".+"
_BY_HAND = (
    'sum by (region) (rate(cloudrun_requests_total{response_code_class=~"4xx|5xx"}[5m]))'
    " / sum by (region) (rate(cloudrun_requests_total[5m]))"
)


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        now = int(time.time()) // _FIVE * _FIVE
        count = _fill(folder, now)
        server = stack.enter_context(prometheus(folder, "{}", *past.OPTIONS, "--query.timeout=60s"))
        span = TimeSpan(now - DAYS, now)
        took = {name: _seconds(server, query, span) for name, query in _queries(span)}
        by_hand = _seconds(server, {"query": _BY_HAND, "step": _step(span, 12)}, span)
    slowest = max(took, key=took.__getitem__)
    values = list(took.values())
    yield Row(
        what=f"slowest of {len(took)} queries of the dashboards, 30 days of {count:,} series",
        figure=f"{took[slowest]:.2f} s ({slowest}); "
        f"half within {percentile(values, 0.5) * 1e3:.0f} ms",
        baseline=f"{by_hand:.2f} s for the error rate alone, straight on 15 counters",
        reach=f"{_WITHIN:.0f} s",
        met=took[slowest] <= _WITHIN,
    )


def _fill(folder: Path, now: int) -> int:
    """Write what the server holds; return the number of series that are kept for long."""
    short = folder / "short"
    short.mkdir()
    scraped = pages(short, now - BEFORE, now + AHEAD)
    for data in (short / "data", folder / "data"):
        blocks(scraped, data)
    kept, recorded = made(short, time.time())
    counters = folder / "counters.om"
    counters.write_text("".join(requests(now)) + "# EOF\n")
    blocks(counters, folder / "data")
    imported = folder / "past.om"
    with imported.open("w") as out:
        for labels, start, every in (
            *((one, now - DAYS, _FIVE) for one in kept),
            *((one, now - _HELD, _MINUTE) for one in recorded),
        ):
            name, value = labels.pop("__name__"), float(labels.pop("value"))
            wave = {at: value * (1 + at // every % 7 / 100) for at in range(start, now + 1, every)}
            out.writelines(past.written(name, labels, wave))
        out.writelines(_alerts(now))
        out.write("# EOF\n")
    blocks(imported, folder / "data")
    return len(kept)


def _alerts(now: int) -> Iterator[str]:
    """Yield thirty days of alerts, each of which fires for an hour a day."""
    for at in range(_ALERTS):
        labels = {
            "alertname": f"Alert{at}",
            "alertstate": "firing",
            "severity": SEVERITIES[at % len(SEVERITIES)],
            "region": "europe-west1",
            "service_name": "ion",
        }
        minutes = range(now - DAYS + at * _FIVE, now, _MINUTE)
        firing = {m: 1.0 for m in minutes if (m - now - at * 3600) % 86400 < 3600}
        yield from past.written("ALERTS", labels, firing)


def _queries(span: TimeSpan) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each panel's queries by the panel's title, with all variables filled."""
    rules, held = build(REFERENCE), policy(REFERENCE)
    for path, text in texts(REFERENCE, rules, held).items():
        board = json.loads(text)
        shown = (p for row in board["panels"] for p in (row, *row.get("panels", ())))
        for panel in (one for one in shown if one["type"] != "row"):
            for target in panel["targets"]:
                name = f"{Path(path).stem}: {panel['title']} {target['refId']}"
                yield name, _query(target, _step(span, panel["gridPos"]["w"]))


def _step(span: TimeSpan, columns: int) -> str:
    return f"{step(span, _SCREEN * columns / 24, 15):.0f}"


def _query(target: dict[str, Any], apart: str) -> dict[str, str]:
    own = {
        "__range": written(DAYS),
        "__range_s": str(DAYS),
        "__interval": written(float(apart)),
        "__rate_interval": written(4 * float(apart)),
    }
    query = re.sub(r"\$([a-z_]+)", lambda found: own.get(found[1], _ALL), target["expr"])
    return {"query": query} if target["instant"] else {"query": query, "step": apart}


def _seconds(server: Prometheus, query: dict[str, str], span: TimeSpan) -> float:
    begun = time.perf_counter()
    if "step" in query:
        server.api("query_range", start=str(span.start), end=str(span.end), **query)
    else:
        server.api("query", time=str(span.end), **query)
    return time.perf_counter() - begun
