"""Weeks of history: what is written adds up to the world's own figures."""

import io
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from exporter.backfill.simulated import Span, write
from exporter.catalog import CATALOG
from exporter.commands.history import command
from exporter.errors import IonmonError
from exporter.simulator.incidents import SCENARIOS
from exporter.simulator.truth import Dist
from exporter.simulator.world import World

NOON = 1_790_000_040 // 86400 * 86400 + 43200
SPAN = Span(NOON, NOON + 3600, 600)
REQUESTS, DURATION = "cloudrun_requests_total", "cloudrun_request_duration_seconds"
QUERIES = "cloudsql_query_duration_seconds"


def written(names: Iterable[str], span: Span = SPAN) -> dict[tuple[str, float], float]:
    """Return what is written of some families, added up by name of the sample and time."""
    out = io.BytesIO()
    world = World(start=span.start, scenario=SCENARIOS["error_burst"])
    write(world, [CATALOG[name] for name in names], span, out)
    found: dict[tuple[str, float], float] = {}
    for line in out.getvalue().decode().splitlines()[:-1]:
        series, value, at = line.rsplit(" ", 2)
        name = series.partition("{")[0]
        if name.endswith("_bucket") and 'le="+Inf"' not in series:
            continue
        found[name, float(at)] = found.get((name, float(at)), 0) + float(value)
    return found


def truth(metric: str, resource: str, end: float) -> int:
    """Return the events of a DELTA metric since noon."""
    world = World(start=NOON, scenario=SCENARIOS["error_burst"])
    points = (p for one in world.series(metric, resource, NOON, end) for p in one.points)
    return sum(p.value.count if isinstance(p.value, Dist) else int(p.value) for p in points)


@pytest.mark.parametrize("minutes", [10, 30, 60])
def test_counters_are_the_worlds(minutes: int) -> None:
    """At every step a counter is the sum of all points since the start; so is a histogram."""
    found, at = written([REQUESTS, DURATION]), NOON + minutes * 60
    requests = truth("run.googleapis.com/request_count", "cloud_run_revision", at)
    assert requests == found[REQUESTS, at]
    assert requests == found[f"{DURATION}_count", at] == found[f"{DURATION}_bucket", at]


def test_cumulative_metrics_rise_by_what_they_rose() -> None:
    """A cumulative metric counts from the first minute that was seen, over its weekly restart."""
    metric = "cloudsql.googleapis.com/database/postgresql/insights/aggregate/latencies"
    week = NOON // 604800 * 604800
    span = Span(week - 1200, week + 1200, 600)
    found = written([QUERIES], span)
    world = World(start=span.start)
    expected = 0
    for one in world.series(metric, "cloudsql_instance_database", span.start, span.end):
        counts = [p.value.count for p in one.points if isinstance(p.value, Dist)]
        rises = (b - a if b >= a else b for a, b in pairwise(counts))
        expected += sum(rises)
    assert expected == found[f"{QUERIES}_count", span.end]


def test_the_cache_and_the_time_covered_are_there() -> None:
    """The cache's counters and the source time that counters cover are written, too."""
    found = written([REQUESTS, "redis_keyspace_hits_total", "redis_up"])
    assert found["redis_up", NOON + 600] == 1
    assert found["redis_keyspace_hits_total", NOON + 1200] > 0
    assert found["ionmon_data_seconds_total", NOON + 1200] == 1200


def test_the_command_writes_openmetrics(tmp_path: Path) -> None:
    """Every step, in order of time, ended as OpenMetrics requires."""
    file = tmp_path / "history.om"
    arguments = [str(file), "--last", "1h", "--until", str(NOON), "--step", "30m"]
    done = CliRunner().invoke(command, [*arguments, "--family", "cloudrun_instances"])
    assert (done.exit_code, file.name in done.stderr) == (0, True)
    lines = file.read_text().splitlines()
    assert lines[-1] == "# EOF"
    assert sorted({float(line.rsplit(" ", 1)[1]) for line in lines[:-1]}) == [NOON - 1800, NOON]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A directory that does not exist is reported, and is no defect."""
    path = tmp_path / "missing" / "history.om"
    done = CliRunner().invoke(command, [str(path), "--last", "1h"])
    assert isinstance(done.exception, IonmonError)
    assert str(done.exception).startswith(f"{path}: cannot be written: No such")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--step", "90s"], "must be whole minutes"),
        (["--family", "cloudrum_*"], "no metric matches"),
        (["--last", "3 weeks"], "is no duration"),
    ],
)
def test_wrong_options_are_refused(tmp_path: Path, arguments: list[str], error: str) -> None:
    """What cannot be written is refused with its reason, and no file is left."""
    file = tmp_path / "history.om"
    done = CliRunner().invoke(command, [str(file), *arguments])
    assert done.exit_code != 0
    assert error in f"{done.stderr}{done.exception}"
    assert not file.exists()
