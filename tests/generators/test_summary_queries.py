"""What a summary asks is asked of series that exist, for any settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.catalog import CATALOG
from exporter.catalog.model import Type
from exporter.monitoring_config import MonitoringConfig, parsed
from exporter.settings import Settings, load
from generators.monitoring_config import CONFIG_FILE
from generators.promql_tree.tree import parse, selectors
from tests.generators.generated import texts

REFERENCE = Path(__file__).parents[2] / "examples" / "reference.yaml"
FULL = Path(__file__).parents[1] / "data" / "settings" / "good" / "full.yaml"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["reference", "minimal", "full"])
def config(request: pytest.FixtureRequest) -> MonitoringConfig:
    """The file that is written for some settings."""
    given = {
        "reference": lambda: load(REFERENCE),
        "minimal": lambda: Settings.model_validate({"google": {"projects": ["my-project"]}}),
        "full": lambda: load(FULL),
    }
    return parsed(texts(given[request.param]())[CONFIG_FILE], CONFIG_FILE)


def queries(config: MonitoringConfig) -> Iterator[str]:
    """Yield every query of a summary and of explanations."""
    for signal in config.signals.values():
        for period in (signal.day, signal.week):
            if period is not None:
                yield from (period.overall, period.by_place)
        yield from (split.query for split in signal.splits.values())
        if signal.overall is not None:
            yield signal.overall
    for budget in config.budgets.values():
        yield from (budget.share, budget.remaining, budget.exhaustion)
    for figure in config.monitoring.values():
        yield from (figure.day, figure.week)
    assert config.gaps is not None
    assert config.events is not None
    yield from (config.gaps.day, config.gaps.week, config.events.deploys, config.events.revisions)


def test_every_series_is_recorded_or_exported(config: MonitoringConfig) -> None:
    """Nothing is asked that neither a rule records nor the exporter exposes."""
    exported = {*CATALOG, "up"} | {
        name + suffix
        for name, family in CATALOG.items()
        if family.type is Type.HISTOGRAM
        for suffix in ("_bucket", "_sum", "_count")
    }
    found = list(queries(config))
    assert len(found) > 50
    for query in found:
        for selector in selectors(parse(query)):
            assert selector.name in exported or selector.name in config.rules, query


def test_errors_and_times_are_split_by_class_and_endpoint(config: MonitoringConfig) -> None:
    """What is measured by these labels is split by them; the endpoint is what applications say."""
    by_endpoint = {"endpoint"} if "error_rate_by_endpoint" in config.signals else set()
    found = {name: set(one.splits) for name, one in config.signals.items() if one.splits}
    both = {"response_code_class"} | by_endpoint
    times = ("average", "p50", "p95", "p99")
    expected = dict.fromkeys(("availability", "error_rate"), both)
    expected |= {f"response_time_{one}": both for one in times}
    if by_endpoint:
        expected["error_rate_by_endpoint"] = {"response_code_class"}
    assert found == expected


def test_the_eight_kinds_have_their_queries(config: MonitoringConfig) -> None:
    """Each signal with a kind can be summed up over a day and a week, and no other one is."""
    for name, signal in config.signals.items():
        whole = (signal.overall, signal.day, signal.week)
        assert (None not in whole) is (signal.kind is not None), name


def test_a_budget_is_there_where_something_is_promised() -> None:
    """Latency has a budget only where an objective of latency is configured."""
    promised = {"share": "95%", "within": "300ms"}
    plain = {"google": {"projects": ["my-project"]}}
    for objectives, budgets in (({}, ["availability"]), (promised, ["availability", "latency"])):
        given = {**plain, "objectives": {"latency": objectives}} if objectives else plain
        found = parsed(texts(Settings.model_validate(given))[CONFIG_FILE], CONFIG_FILE)
        assert sorted(found.budgets) == budgets
