"""The syntax in which runbooks refer to a query: KIND: WHAT / WHAT over WINDOW by LABEL, LABEL.

WHAT is a signal, or a family of the catalog, and which of its series:
cloudrun_requests_total{response_code_class=4xx|5xx}.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from exporter.catalog import CATALOG
from exporter.catalog.expression import Matcher
from exporter.catalog.model import Family
from generators.runbooks.fragments import Line
from generators.runbooks.text_error import GUIDE, TextError, unknown

WINDOW = "5m"
_REFERENCE = re.compile(
    r"(?P<kind>[a-z0-9]+(?: [a-z]+)?): (?P<part>\S+)(?: / (?P<whole>\S+))?"
    r"(?: over (?P<window>\d+[smhdw]))?(?: by (?P<by>\w+(?:, \w+)*))?"
)
_SERIES = re.compile(r"(?P<family>\w+)(?:\{(?P<matchers>[^{}]+)\})?")
_MATCHER = re.compile(r"(?P<label>\w+)=(?P<values>[^=,]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A query as it is written; `whole` is the divisor, or empty."""

    kind: str
    part: str
    whole: str
    window: str
    by: tuple[str, ...]
    location: str


@dataclass(frozen=True, slots=True)
class SelectedSeries:
    """A family of the catalog and the matchers of its series; without any, all series."""

    family: Family
    matchers: tuple[Matcher, ...]


def reference(line: Line) -> Reference:
    """Return the parts of a reference. Raises TextError for a malformed one."""
    found = _REFERENCE.fullmatch(line.text)
    if found is None:
        raise TextError(
            f"{line.location}: '{line.text}' is no query; write KIND: WHAT by LABEL; see {GUIDE}"
        )
    return Reference(
        kind=found["kind"],
        part=found["part"],
        whole=found["whole"] or "",
        window=found["window"] or WINDOW,
        by=tuple(found["by"].split(", ")) if found["by"] else (),
        location=line.location,
    )


def series(text: str, location: str) -> SelectedSeries:
    """Return the series that a text names. Raises TextError for an unknown family or label."""
    found = _SERIES.fullmatch(text)
    if found is None:
        raise TextError(f"{location}: '{text}' names no series; write FAMILY{{LABEL=VALUE}}")
    if found["family"] not in CATALOG:
        raise unknown(location, "family", found["family"], CATALOG)
    family = CATALOG[found["family"]]
    matchers = tuple(_matcher(each, location) for each in _split(found["matchers"]))
    check_labels(tuple(m.label for m in matchers), family.name, family.label_names, location)
    return SelectedSeries(family, matchers)


def _split(matchers: str | None) -> list[str]:
    return matchers.split(",") if matchers else []


def _matcher(text: str, location: str) -> Matcher:
    found = _MATCHER.fullmatch(text)
    if found is None:
        raise TextError(f"{location}: '{text}' is no matcher; write LABEL=VALUE|VALUE")
    return Matcher(found["label"], tuple(found["values"].split("|")))


def check_labels(labels: tuple[str, ...], of: str, known: Collection[str], location: str) -> None:
    """Raise TextError for a label that a family or a signal does not have."""
    for label in labels:
        if label not in known:
            raise unknown(location, f"label of {of}", label, known)
