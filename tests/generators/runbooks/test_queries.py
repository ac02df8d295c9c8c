"""Every query parses, and names only series and labels that there are."""

import subprocess
from pathlib import Path

import promql_parser
import pytest
import yaml

from exporter.catalog import CATALOG
from exporter.catalog.model import Type
from exporter.settings import Settings
from generators.checks.engine.external_series import EXTERNAL
from generators.rules.build import build
from generators.rules.model import recordings
from generators.runbooks.statements import STATEMENTS
from tests.generators.runbooks.reading import fences, names, runbook
from tests.generators.test_promql import nodes

TARGET = frozenset({"job", "instance"})
MADE = {"ALERTS": frozenset({"alertname", "alertstate", "severity"})}


def known() -> dict[str, frozenset[str]]:
    """Return the labels of every series that there is, by its name."""
    found = dict(MADE)
    for family in CATALOG.values():
        labels = TARGET | set(family.label_names)
        if family.type is Type.HISTOGRAM:
            found |= {f"{family.name}_{end}": labels for end in ("sum", "count")}
            found[f"{family.name}_bucket"] = labels | {"le"}
        else:
            found[family.name] = labels
    found |= {row.name: TARGET | set(row.labels) for row in EXTERNAL}
    return found | {r.record: frozenset(r.labels) for r in recordings(build(Settings()).all)}


KNOWN = known()


def queries() -> list[tuple[str, str]]:
    """Return every query of every statement, by its alert."""
    return [(name, ask.promql) for name, held in STATEMENTS.items() for ask in held.asks]


@pytest.mark.parametrize(("alert", "query"), queries())
def test_a_query_parses_and_names_what_there_is(alert: str, query: str) -> None:
    """Each selector is of a series that is exported or recorded, with labels that it has."""
    del alert
    selectors = [n for n in nodes(promql_parser.parse(query)) if hasattr(n, "matchers")]
    assert selectors
    for selector in selectors:
        assert selector.name in KNOWN
        asked = {m.name for m in selector.matchers.matchers}
        assert asked <= KNOWN[selector.name]


@pytest.mark.parametrize(("alert", "query"), queries())
def test_a_query_splits_by_labels_that_its_series_have(alert: str, query: str) -> None:
    """What is grouped by is a label of the series below: a misspelt one would join all."""
    del alert
    for node in nodes(promql_parser.parse(query)):
        if not isinstance(node, promql_parser.AggregateExpr) or node.modifier is None:
            continue
        below = [KNOWN[n.name] for n in nodes(node.expr) if hasattr(n, "matchers")]
        assert set(node.modifier.labels) <= frozenset.union(*below)


def test_prometheus_takes_every_query(tmp_path: Path) -> None:
    """Debian's promtool finds no fault with any query: none uses what it does not know yet."""
    rules = [{"record": "query", "expr": expr, "labels": {"n": str(n)}} for n, (_, expr) in _each()]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    done = subprocess.run(
        ["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{len(rules)} rules found" in done.stdout


def _each() -> list[tuple[int, tuple[str, str]]]:
    return list(enumerate(queries()))


@pytest.mark.parametrize("name", names())
def test_every_query_is_in_the_runbook(name: str) -> None:
    """The page shows each query of the statement, as it is, once."""
    shown = [body.strip() for body in fences(runbook(name), "promql")]
    assert [shown.count(ask.promql) for ask in STATEMENTS[name].asks] == [1] * len(
        STATEMENTS[name].asks
    )


def test_a_misspelt_family_is_found() -> None:
    """The check above knows what there is: a name that differs by a letter is not in it."""
    assert "cloudrun_requests_total" in KNOWN
    assert "cloudrun_request_total" not in KNOWN
