"""An analysis as JSON; docs/analyze.md describes each field."""

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Any

from exporter.prometheus.api import Labels
from generators.analysis.model import Analysis, Anomaly, Examined, Growth, NotKnown, PairMovement
from generators.analysis.request import AnalysisRequest
from generators.analysis.series_statistics import IntervalEstimate

_Described = Anomaly | Growth | PairMovement | NotKnown | IntervalEstimate


def document(analysis: Analysis, request: AnalysisRequest, source: str) -> dict[str, Any]:
    """Return what was asked, found, and is not known; a number that is not there is None."""
    window = analysis.window
    kinds: Mapping[str, Examined[Any]] = {
        "anomalies": analysis.anomalies,
        "growth": analysis.growth,
        "pairs": analysis.pairs,
    }
    return {
        "source": source,
        "window": {"start": window.start, "end": window.end, "step": window.step},
        "service": request.service or None,
        "region": request.region or None,
        **{name: _kind(kind) for name, kind in kinds.items()},
    }


def _kind(kind: Examined[Any]) -> dict[str, Any]:
    return {
        "series": kind.series,
        "found": [_plain(one) for one in kind.results],
        "not_known": [_plain(one) for one in kind.not_known],
    }


def _plain(one: _Described) -> dict[str, Any]:
    found = {field.name: _value(field.name, getattr(one, field.name)) for field in fields(one)}
    if isinstance(one, Growth):
        found["grows"] = one.grows
    if isinstance(one, PairMovement):
        found["moves"] = one.moves or None
    return found


def _value(name: str, value: Labels | IntervalEstimate | Enum | float | str | None) -> Any:  # noqa: ANN401 - JSON
    if name == "place":
        return dict(value)  # type: ignore[arg-type]
    if name == "unit":
        return value.suffix  # type: ignore[union-attr]
    if isinstance(value, IntervalEstimate):
        return _plain(value)
    return value
