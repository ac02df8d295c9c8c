"""Queries and texts of dashboards, as frozen data; grafana/lib gives them their style."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from generators.boards import Board
from generators.policy import EVALUATION
from generators.rules.names import span
from generators.rules.slo import LONG_TERM

TAG = "ion"
MAIN, LONGTERM = "datasource", "longterm"  # variables: the server with 72 hours, that with 90 days


_EVERY = {MAIN: span(EVALUATION), LONGTERM: span(LONG_TERM)}  # between a server's values


class SeriesCount(StrEnum):
    """How many series a panel has, and so its legend: none, a list, a sorted table.

    LONG is a table of names that are too long for a legend on the right.
    """

    ONE = "one"
    FEW = "few"
    MANY = "many"
    LONG = "long"


_LABEL = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A query.

    style   past, whole, limit, upper, lower, anomaly or unknown; empty for a plain line
    colour  a token of grafana/lib/tokens.libsonnet; empty for the panel's colour
    server  the variable of the datasource
    every   the minimum time between two points, where it is not that of the server's values
    """

    expr: str
    legend: str = ""
    style: str = ""
    colour: str = ""
    instant: bool = False
    format: str = "time_series"
    server: str = MAIN
    every: str = ""

    def body(self) -> dict[str, Any]:
        """Return the target as the Jsonnet library takes it."""
        return {
            "expr": self.expr,
            "legend": self.legend,
            # Named here: to find a text in a text is the slowest thing that Jsonnet can be asked.
            "labels": _LABEL.findall(self.legend),
            "style": self.style,
            "colour": self.colour,
            "instant": self.instant,
            "format": self.format,
            "datasource": self.server,
            "every": "" if self.instant else self.every or _EVERY[self.server],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column of a table: a label or the value of a query, as `Value #A`.

    empty   text in cells without a value; empty for the panel's own
    """

    field: str
    title: str
    unit: str = ""
    decimals: int | None = None
    cell: str = ""
    limits: str = ""
    width: int | None = None
    mappings: tuple["ValueMapping", ...] = ()
    links: tuple["PanelLink", ...] = ()
    empty: str = ""

    def body(self) -> dict[str, Any]:
        """Return the column as the Jsonnet library takes it."""
        return {
            "field": self.field,
            "title": self.title,
            "unit": self.unit,
            "decimals": self.decimals,
            "cell": self.cell,
            "limits": self.limits,
            "width": self.width,
            "mappings": [mapping.body() for mapping in self.mappings],
            "links": [link.body() for link in self.links],
            "empty": self.empty,
        }


@dataclass(frozen=True, slots=True)
class ValueMapping:
    """A value that is shown as a word, in the colour of a severity or a token."""

    value: str
    text: str
    colour: str

    def body(self) -> dict[str, Any]:
        """Return the mapping as the Jsonnet library takes it."""
        return {"value": self.value, "text": self.text, "colour": self.colour}


@dataclass(frozen=True, slots=True)
class PanelLink:
    """A link: its text and its address, which keeps time and variables."""

    title: str
    url: str

    def body(self) -> dict[str, Any]:
        """Return the link as Grafana has it."""
        return {"targetBlank": False, "title": self.title, "url": self.url}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel. Links contain its number, so it is fixed here and not computed.

    what    a sentence on what is drawn; its metric, its delay and its alerts are added
    limits  the name of the limits that are drawn
    empty   text that is shown without data
    soft    bounds of the axis that values may pass
    sort    columns by which rows are sorted, and whether descending
    """

    number: int
    title: str
    what: str
    unit: str
    targets: tuple[Target, ...]
    decimals: int = 0
    series: SeriesCount = SeriesCount.FEW
    limits: str = ""
    colour: str = ""
    empty: str = "no data"
    minimum: float | None = None
    maximum: float | None = None
    soft: tuple[float | None, float | None] = (None, None)
    mappings: tuple[ValueMapping, ...] = ()
    links: tuple[PanelLink, ...] = ()
    data_links: tuple[PanelLink, ...] = ()
    columns: tuple[TableColumn, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    logarithmic: bool = False

    def body(self, description: str) -> dict[str, Any]:
        """Return the panel as the Jsonnet library takes it."""
        return {
            "number": self.number,
            "title": self.title,
            "description": description,
            "unit": self.unit,
            "decimals": self.decimals,
            "targets": [target.body() for target in self.targets],
            "series": self.series.value,
            "limits": self.limits,
            "colour": self.colour,
            "empty": self.empty,
            "min": self.minimum,
            "max": self.maximum,
            "soft_min": self.soft[0],
            "soft_max": self.soft[1],
            "mappings": [mapping.body() for mapping in self.mappings],
            "links": [link.body() for link in self.links],
            "data_links": [link.body() for link in self.data_links],
            "columns": [column.body() for column in self.columns],
            "sort": [{"displayName": name, "desc": down} for name, down in self.sort],
            "logarithmic": self.logarithmic,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardText:
    """A dashboard: the question it answers, its panels by their name in Jsonnet.

    variables  labels that its panels are filtered by
    missing    names of panels that are left out, since nothing of what they show is exported
    """

    board: Board
    question: str
    refresh: str
    past: str
    variables: tuple[str, ...]
    panels: dict[str, Panel] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of its files: overview."""
        return self.board.value.removeprefix(f"{TAG}-")
