"""Which form of the page a client gets, from its Accept and Accept-Encoding headers (RFC 9110)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from exporter.exposition.exposition import Format

TEXT = "text/plain"
OPENMETRICS = "application/openmetrics-text"
CONTENT_TYPES = {
    Format.TEXT: f"{TEXT}; version=0.0.4; charset=utf-8",
    Format.OPENMETRICS: f"{OPENMETRICS}; version=1.0.0; charset=utf-8",
}
_VERSIONS = {TEXT: "0.0.4", OPENMETRICS: "1.0.0"}
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
# What is quoted is not split, nor what follows a quote that is never closed.
_ITEMS = re.compile(r'(?:^|,)((?:[^,"]|"[^"]*"?)*)')
_PARTS = re.compile(r'(?:^|;)((?:[^;"]|"[^"]*"?)*)')


@dataclass(frozen=True, slots=True)
class Choice:
    """One item of an Accept header: value, quality from 0 to 1, parameters by lower-case name."""

    value: str
    quality: float = 1.0
    parameters: dict[str, str] = field(default_factory=dict)


def choices(header: str) -> Iterator[Choice]:
    """Yield the items of a header; one whose quality cannot be read counts as not accepted."""
    for item in _ITEMS.findall(header):
        value, *rest = (part.strip() for part in _PARTS.findall(item))
        pairs = (part.partition("=") for part in rest)
        parameters = {name.strip().lower(): text.strip().strip('"') for name, _, text in pairs}
        text = parameters.pop("q", "1")
        if value:
            quality = float(text) if _QUALITY.fullmatch(text) else 0.0
            yield Choice(value.lower(), quality, parameters)


def page_format(accept: str) -> Format:
    """Return the format that a client likes best; text 0.0.4 where it likes none of ours.

    Text stands for anything a client accepts by a wildcard, and wins a draw only where the client
    does not name OpenMetrics. A version that nobody here writes is no match.
    """
    best, liked = Format.TEXT, 0.0
    for choice in choices(accept):
        found = _matched(choice)
        if found is not None and choice.quality > liked:
            best, liked = found, choice.quality
        elif found is Format.OPENMETRICS and choice.quality == liked > 0:
            best = found
    return best


def _matched(choice: Choice) -> Format | None:
    if choice.value in ("*/*", "text/*"):
        return Format.TEXT
    ours = _VERSIONS.get(choice.value)
    if ours is None or choice.parameters.get("version", ours) != ours:
        return None
    return Format.TEXT if choice.value == TEXT else Format.OPENMETRICS


def accepts_gzip(header: str) -> bool:
    """Say whether a client takes gzip: named with a quality above 0, or by an asterisk."""
    qualities = {choice.value: choice.quality for choice in choices(header)}
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0
