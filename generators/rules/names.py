"""Names of recorded series, level:metric:operation, after what the series are split by."""

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
_OPERATIONS: dict[type, str] = {
    Events: "increase",
    Rate: "rate",
    Ratio: "ratio",
    Complement: "ratio",
    Mean: "mean",
    MeanOf: "mean",
    Quantile: "quantile",
    Changes: "changes",
    Share: "share",
}


def span(seconds: float) -> str:
    """Return a duration in one unit, as names and ranges have it: 5m, 30d."""
    for unit, scale in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= scale and seconds % scale == 0:
            return f"{seconds // scale:g}{unit}"
    return f"{seconds:g}s"


def level(labels: tuple[str, ...]) -> str:
    """Return the first part of a name: the labels in short, or `global` for none."""
    return "_".join(_WORDS.get(label, label) for label in labels) or "global"


def series(labels: tuple[str, ...], metric: str, operation: str) -> str:
    """Return the name of a recorded series."""
    return f"{level(labels)}:{metric}:{operation}"


def operation(expression: Expression, window: str) -> str:
    """Return the last part of the name of a recorded signal: ratio5m, or max of a gauge."""
    if isinstance(expression, Level):
        return expression.how.value
    if isinstance(expression, LevelRatio):
        return "ratio"
    return _OPERATIONS[type(expression)] + window
