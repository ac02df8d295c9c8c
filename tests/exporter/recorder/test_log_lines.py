"""The log lines of an application are those that the log-based metrics select."""

import io
import json
import threading
from typing import Any

from exporter.catalog.roads import LOG_METRICS
from exporter.recorder.application import MOST_ENDPOINTS, MOST_NAMES
from exporter.recorder.log_lines import LogLines


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return the lines as they were written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def every_event(lines: LogLines) -> None:
    """Write one event of each sort."""
    lines.request("/process", "POST", 503, 0.25)
    lines.routing_decision(0.91, "Lua")
    lines.feature_used("export")


def test_each_log_metric_finds_its_fields() -> None:
    """Every metric has an event of its name, with each label's field and its value's."""
    stream = io.StringIO()
    every_event(LogLines(stream))
    by_event = {line["ionmon"]: line for line in written(stream)}
    for metric in LOG_METRICS:
        event = by_event[metric.event]
        assert {field for _, field in metric.labels} <= set(event)
        assert metric.value is None or isinstance(event[metric.value], float)


def test_names_are_bounded() -> None:
    """Values after the first so many are `other`, as Application counts them."""
    stream = io.StringIO()
    lines = LogLines(stream)
    for number in range(200):
        lines.request(f"/{number}", "BREW", 200, 0.01)
        lines.routing_decision(0.5, f"p{number}")
        lines.feature_used(f"f{number}")
    found = written(stream)
    endpoints = {line["endpoint"] for line in found if "endpoint" in line}
    assert len(endpoints) == MOST_ENDPOINTS + 1
    assert "other" in endpoints
    assert {line["method"] for line in found if "method" in line} == {"other"}
    assert len({line["persona"] for line in found if "persona" in line}) == MOST_NAMES + 1
    assert len({line["feature"] for line in found if "feature" in line}) == MOST_NAMES + 1


def test_lines_of_threads_do_not_mix() -> None:
    """Each line is whole JSON, however many threads write."""
    stream = io.StringIO()
    lines = LogLines(stream)
    threads = [threading.Thread(target=every_event, args=(lines,)) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written(stream)) == 150
