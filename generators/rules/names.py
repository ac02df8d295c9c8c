"""Names of recorded series, level:metric:operation, after what the series are split by."""

from typing import assert_never

from exporter.catalog.expression import (
    Changes,
    Complement,
    Events,
    Expression,
    Level,
    LevelRatio,
    Mean,
    MeanOf,
    Quantile,
    Rate,
    Ratio,
    Share,
)

_WORDS = {
    "gcp_project": "project",
    "service_name": "service",
    "database_id": "database",
    "redis_id": "redis",
    "response_code_class": "class",
}


def span(seconds: float) -> str:
    """Return a duration in one unit, as names and ranges have it: 5m, 30d."""
    for unit, scale in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= scale and seconds % scale == 0:
            return f"{seconds // scale:g}{unit}"
    return f"{seconds:g}s"


def spanned(seconds: float) -> str:
    """Return the range whose samples of each minute span so many seconds.

    A millisecond more: from Prometheus 3.0 on a range leaves out what lies on its left end, and a
    rise over one minute would be taken for that of two.
    """
    return f"{span(seconds)}1ms"


def level(labels: tuple[str, ...]) -> str:
    """Return the first part of a name: the labels in short, or `global` for none."""
    return "_".join(_WORDS.get(label, label) for label in labels) or "global"


def series(labels: tuple[str, ...], metric: str, operation: str) -> str:
    """Return the name of a recorded series."""
    return f"{level(labels)}:{metric}:{operation}"


def operation(expression: Expression, window: str) -> str:
    """Return the last part of the name of a recorded signal: ratio5m, or max of a gauge."""
    match expression:
        case Level():
            return expression.how.value
        case LevelRatio():
            return "ratio"
        case Ratio() | Complement():
            return f"ratio{window}"
        case Mean() | MeanOf():
            return f"mean{window}"
        case _:
            return _of_counted(expression) + window


def _of_counted(expression: Events | Rate | Quantile | Changes | Share) -> str:
    match expression:
        case Events():
            return "increase"
        case Rate():
            return "rate"
        case Quantile():
            return "quantile"
        case Changes():
            return "changes"
        case Share():
            return "share"
    assert_never(expression)
