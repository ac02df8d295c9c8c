"""Chooses format and compression by the headers Accept and Accept-Encoding (RFC 9110)."""

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
# Quoted text is not split, nor is text after a quote that is never closed.
_ITEMS = re.compile(r'(?:^|,)((?:[^,"]|"[^"]*"?)*)')
_PARTS = re.compile(r'(?:^|;)((?:[^;"]|"[^"]*"?)*)')


@dataclass(frozen=True, slots=True)
class Choice:
    """One item of an Accept header: value, quality from 0 to 1, parameters by lower-case name."""

    value: str
    quality: float = 1.0
    parameters: dict[str, str] = field(default_factory=dict)


def choices(header: str) -> Iterator[Choice]:
    """Yield the items of a header; one with an invalid quality counts as not accepted."""
    for item in _ITEMS.findall(header):
        value, *rest = (part.strip() for part in _PARTS.findall(item))
        pairs = (part.partition("=") for part in rest)
        parameters = {name.strip().lower(): text.strip().strip('"') for name, _, text in pairs}
        text = parameters.pop("q", "1")
        if value:
            quality = float(text) if _QUALITY.fullmatch(text) else 0.0
            yield Choice(value.lower(), quality, parameters)


def exposition_format(accept: str) -> Format:
    """Return the format that a client prefers; text 0.0.4 where it accepts none of ours.

    A wildcard means text. At equal quality OpenMetrics wins where the client names it. A version
    that is not written here does not match.
    """
    best, best_quality = Format.TEXT, 0.0
    for choice in choices(accept):
        fmt = _matched(choice)
        if fmt is not None and choice.quality > best_quality:
            best, best_quality = fmt, choice.quality
        elif fmt is Format.OPENMETRICS and choice.quality == best_quality > 0:
            best = fmt
    return best


def _matched(choice: Choice) -> Format | None:
    if choice.value in ("*/*", "text/*"):
        return Format.TEXT
    version = _VERSIONS.get(choice.value)
    if version is None or choice.parameters.get("version", version) != version:
        return None
    return Format.TEXT if choice.value == TEXT else Format.OPENMETRICS


def accepts_gzip(header: str) -> bool:
    """Return whether a client accepts gzip: by name or by an asterisk, with a quality above 0."""
    qualities = {choice.value: choice.quality for choice in choices(header)}
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0
