"""The regions beside each other: a signal of each kind that has regions, and the instances."""

from collections.abc import Mapping, Sequence
from math import isfinite

from exporter.catalog.expression import Share
from exporter.catalog.walk import split
from exporter.prometheus.api import Points
from generators.service_report.judging import against, worst
from generators.service_report.model import (
    Health,
    JudgedPlace,
    RegionalComparison,
    RegionCell,
    RegionColumn,
    RegionRow,
    ReportedSignal,
)
from generators.service_report.signals import SignalNumbers

_REGION = "region"


def has_regions(source: SignalNumbers) -> bool:
    """Return whether a signal is compared: by one number in each region."""
    signal = source.signal
    return _REGION in split(signal) and not isinstance(signal.expression, Share)


def comparison(
    signals: Sequence[ReportedSignal],
    found: Mapping[str, Sequence[Points]],
    first: Sequence[str],
) -> RegionalComparison:
    """Return the regions with the values that were found of each signal, by its name.

    first  the regions of the settings, which stand first and in their order
    """
    columns = [one for one in signals if found.get(one.signal.name)]
    values = {
        one.signal.name: {
            dict(points.labels).get(_REGION, ""): points.values[0]
            for points in found[one.signal.name]
        }
        for one in columns
    }
    there = {region for by_region in values.values() for region in by_region} - {""}
    rows = [*(one for one in first if one in there), *sorted(there - set(first))]
    return RegionalComparison(
        columns=tuple(map(_column, columns)),
        rows=tuple(
            RegionRow(
                region,
                tuple(_cell(one, values[one.signal.name].get(region), region) for one in columns),
            )
            for region in rows
        ),
    )


def _column(one: ReportedSignal) -> RegionColumn:
    signal = one.signal
    return RegionColumn(
        name=signal.name, noun=signal.noun, unit=signal.unit, direction=signal.direction
    )


def _cell(one: ReportedSignal, value: float | None, region: str) -> RegionCell:
    here = [place.health for place in one.latest_by if _is_in(place, region)]
    if value is None or not isfinite(value):
        return RegionCell(None, Health.UNKNOWN)
    # What has a limit, and was not compared with it, is not known to be healthy.
    limits = here or [Health.UNKNOWN if one.signal.limits else Health.UNJUDGED]
    return RegionCell(value, worst((*limits, against(one.objective, value))))


def _is_in(place: JudgedPlace, region: str) -> bool:
    return (_REGION, region) in place.place.labels
