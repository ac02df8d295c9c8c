"""The names that stackdriver_exporter gives to the metrics of the catalog, beside ours.

It writes `stackdriver_`, the resource type and the metric type, in words: a change between lower
case, upper case and digits begins a word, and every other character separates two.
"""

import re
from collections.abc import Iterator

from exporter.catalog import CATALOG
from exporter.catalog.model import CloudMonitoring, Family, MetricKind, Type
from generators.files import MARK

PAGE = "docs/migration_names.md"
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


def texts() -> dict[str, str]:
    """Return the page by its path."""
    return {PAGE: "".join(_page())}


def stackdriver_name(source: CloudMonitoring) -> str:
    """Return the name of a metric in stackdriver_exporter."""
    return "_".join(("stackdriver", _words(source.resource), _words(source.metric)))


def _words(text: str) -> str:
    return "_".join(word.lower() for word in _WORD.findall(text))


def _page() -> Iterator[str]:
    yield f"<!-- {MARK} -->\n{_HEAD}"
    for family in CATALOG.values():
        if isinstance(family.source, CloudMonitoring):
            yield f"| `{stackdriver_name(family.source)}` | `{family.name}` | {_change(family)} |\n"


_HEAD = """\
# Names of stackdriver_exporter

[migration.md](migration.md) says how to change over. Its labels are those of the API; ours are in
[metrics.md](metrics.md). "counter" means that ours only rises: use `increase()` or `rate()`.

| stackdriver_exporter | ion-monitoring | what changes |
|---|---|---|
"""


def _change(family: Family) -> str:
    """Return what a query has to do otherwise, beside the name."""
    source = family.source
    if not isinstance(source, CloudMonitoring):
        return ""
    found = [_kind(family, source), f"× {source.scale:g}" if source.scale != 1.0 else ""]
    return "; ".join(text for text in found if text)


def _kind(family: Family, source: CloudMonitoring) -> str:
    if family.type is Type.HISTOGRAM:
        return "histogram that only rises" if source.kind is MetricKind.DELTA else "histogram"
    return "counter" if source.kind is MetricKind.DELTA else ""
