"""Whose a series is: a scoping project's answers also have the series of other projects.

A project that is listed in `google.projects` owns its series: they are read by its own calls, and
left out of the answers of every other project, so that they are counted once.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from exporter.catalog.labels import ORIGINS_OF_PROJECT, PROJECT
from exporter.catalog.model import Family
from exporter.cloud_monitoring.client import SeriesQuery
from exporter.cloud_monitoring.filters import narrowed
from exporter.cloud_monitoring.ledger import Ledger
from exporter.cloud_monitoring.points import Raw
from exporter.cloud_monitoring.target import FamilyTarget, SeriesSource
from exporter.logs import once

log = logging.getLogger("ionmon.cloud_monitoring")

_KEYS = tuple(origin.removeprefix("resource.") for origin in ORIGINS_OF_PROJECT)


@dataclass(frozen=True, slots=True)
class PageExtract:
    """A part of a page, with what polls read of a page."""

    time_series: Sequence[Raw]
    execution_errors: Sequence[Raw] = ()


def owner(series: Raw, caller: str) -> str:
    """Return the project of a series; `caller` where it has none, or a number instead of an id."""
    labels = series.resource.labels
    for key in _KEYS:
        found = str(labels.get(key, "")).removeprefix("projects/")
        if found:
            return caller if found.isdecimal() else found
    return caller


class OwnSeries:
    """The series of one project, from a client whose answers may have those of others."""

    def __init__(self, client: SeriesSource, target: FamilyTarget) -> None:
        self._client, self._target = client, target
        self._narrow = False

    def pages(self, query: SeriesQuery) -> Iterator[Raw | PageExtract]:
        """Yield every page of a query, without foreign series. Raises PollError."""
        if self._narrow:  # else foreign series would be billed again
            query = replace(query, filter=narrowed(query.filter, self._target.project))
        for page in self._client.pages(query):
            foreign = [series for series in page.time_series if not self._owns(series)]
            if not foreign:
                yield page
                continue
            self._note(foreign)
            own = [series for series in page.time_series if self._owns(series)]
            yield PageExtract(own, page.execution_errors)

    def _owns(self, series: Raw) -> bool:
        project = self._target.project
        found = owner(series, project)
        # A project that is listed by its number cannot be compared with the ids of series.
        return found == project or (project.isdecimal() and found not in self._target.listed)

    def _note(self, foreign: list[Raw]) -> None:
        """Query without such series from now on, and log the projects that nothing reads."""
        project = self._target.project
        self._narrow = not project.isdecimal() and all(
            series.resource.labels.get("project_id") for series in foreign
        )
        for other in sorted({owner(series, project) for series in foreign} - self._target.listed):
            once(
                log,
                f"foreign {project} {other}",
                f"{project} also returns series of {other}, which is not read: list it in "
                f"google.projects, or set google.scope: {project}",
            )


def split(ledger: Ledger, family: Family, project: str) -> dict[str, Ledger]:
    """Move the totals and marks of other projects out of a ledger, into one for each of them."""
    if PROJECT.name not in family.label_names:
        return {}
    at = family.label_names.index(PROJECT.name)
    found: dict[str, Ledger] = {}
    for total in list(ledger.totals.values()):
        if total.labels[at] != project and not total.labels[at].isdecimal():
            other = found.setdefault(total.labels[at], _like(ledger))
            other.totals[total.labels] = ledger.totals.pop(total.labels)
    for mark in list(ledger.marks.values()):
        if mark.total.labels[at] in found:
            found[mark.total.labels[at]].marks[mark.key] = ledger.marks.pop(mark.key)
    return found


def _like(ledger: Ledger) -> Ledger:
    return replace(ledger, marks={}, totals={}, first=False)
