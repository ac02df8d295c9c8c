"""What is read by default is what is generated needs, and no more."""

from exporter.catalog import CATALOG
from exporter.catalog.default_set import DEFAULT_SET
from exporter.catalog.model import CloudMonitoring
from exporter.settings import Settings
from generators.dashboards.build import boards
from generators.dashboards.descriptions import Facts, names
from generators.policy import policy
from generators.promql_tree.tree import series_names
from generators.rules.build import build
from generators.rules.model import alerts, recordings

_SUFFIXES = ("_bucket", "_sum", "_count")


def family(series: str) -> str:
    """Return the family of a series."""
    bases = (series.removesuffix(suffix) for suffix in _SUFFIXES if series.endswith(suffix))
    return next((base for base in bases if base in CATALOG), series)


def test_the_default_set_is_what_rules_and_dashboards_query() -> None:
    """A family that nothing queries is not paid for; one that something queries is read."""
    settings = Settings()
    rules = build(settings)
    facts = Facts.of(settings, rules, policy(settings))
    queried = {
        name
        for rule in (*alerts(rules.all), *recordings(rules.all))
        for name in series_names(rule.expr)
    }
    for board in boards(facts):
        for panel in board.panels.values():
            queried |= {name for target in panel.targets for name in names(target.expr)}
    read = {n for n, f in CATALOG.items() if isinstance(f.source, CloudMonitoring)}
    assert {family(name) for name in queried} & read == DEFAULT_SET
