"""The core: modules whose every line counts, and the tests that have to notice an edit of each.

The tests of a module are those that mirror it: `tests/<its path>/test_<its name>*.py`. What only
tests elsewhere can see of it is named here.
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]
_READING = "exporter/cloud_monitoring"
_ONCE = "tests/exporter/cloud_monitoring/test_exactly_once"
_RULES = "tests/generators/rules"
_TRACKED = f"{_RULES}/test_tracked.py"
CORE: dict[str, tuple[str, ...]] = {
    f"{_READING}/ledger.py": (f"{_ONCE}.py", f"{_ONCE}_cumulative.py"),
    f"{_READING}/counter_reader.py": (f"{_ONCE}.py", f"{_ONCE}_cumulative.py"),
    f"{_READING}/gauge_reader.py": (),
    f"{_READING}/bucket_layouts.py": (f"{_ONCE}_buckets.py",),
    f"{_READING}/point_values.py": ("tests/exporter/cloud_monitoring/test_points.py",),
    f"{_READING}/checkpoint.py": (),
    "exporter/state_file/sqlite_file.py": tuple(
        f"tests/exporter/cloud_monitoring/test_checkpoint{part}.py" for part in ("", "_files")
    ),
    f"{_READING}/schedule.py": (),
    f"{_READING}/zero_series.py": (),
    "exporter/poller.py": (),
    "exporter/bridge/delivery.py": (),
    "exporter/bridge/heartbeat.py": (),
    "exporter/bridge/sentry/rate_limits.py": (),
    "exporter/exposition/snapshot.py": (),
    "exporter/exposition/encoding.py": (),
    "exporter/application/merging.py": (),
    "exporter/application/state.py": (),
    "exporter/recorder/changes.py": (),
    "exporter/recorder/children.py": ("tests/exporter/recorder/test_changes.py",),
    "exporter/recorder/collected.py": ("tests/exporter/recorder/test_counted.py",),
    "exporter/recorder/counted.py": (),
    "exporter/recorder/sending.py": (),
    "exporter/recorder/standing.py": (),
    "exporter/redis/info.py": (),
    "exporter/web/negotiation.py": (),
    "generators/policy.py": ("tests/generators/test_services.py", _TRACKED),
    "generators/promql.py": (_TRACKED,),
    "generators/rules/anomaly.py": (f"{_RULES}/test_names.py", _TRACKED),
    "generators/rules/correlation.py": (f"{_RULES}/test_names.py", _TRACKED),
    "generators/rules/recording.py": (f"{_RULES}/test_build.py", _TRACKED),
    "generators/rules/slo.py": (f"{_RULES}/test_build.py", _TRACKED),
    "generators/rules/thresholds.py": (f"{_RULES}/test_build.py", _TRACKED),
    "generators/rules/trend.py": (f"{_RULES}/test_names.py", _TRACKED),
}


def tests(module: str) -> tuple[str, ...]:
    """Return the files of tests that have to notice an edit of a module. Raises where none do."""
    path = Path(module)
    mirrored = sorted((ROOT / "tests" / path.parent).glob(f"test_{path.stem}*.py"))
    found = [str(file.relative_to(ROOT)) for file in mirrored]
    every = tuple(dict.fromkeys((*found, *CORE.get(module, ()))))
    if not every:
        raise SystemExit(f"{module}: no tests mirror it; name some in tests/mutants/modules.py")
    return every
