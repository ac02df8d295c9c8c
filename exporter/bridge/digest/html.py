"""A digest as HTML for a mail or a file: charts are pictures, their numbers stand beside them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from exporter.bridge.digest import words
from exporter.bridge.digest.model import Digest
from exporter.bridge.digest.words import Times
from exporter.html_pages import environment
from exporter.summary import sentences
from exporter.summary.chart import png, small_chart
from exporter.summary.wording import elapsed, shown


@dataclass(frozen=True, slots=True)
class Picture:
    """A small chart of a signal: the name of the signal, and the PNG."""

    name: str
    png: bytes


def pictures(digest: Digest) -> tuple[Picture, ...]:
    """Return the charts of the signals that have values."""
    charts = ((signal.name, small_chart(signal)) for signal in digest.state.signals)
    return tuple(Picture(name, png(chart)) for name, chart in charts if chart is not None)


def html(digest: Digest, sources: Mapping[str, str]) -> str:
    """Return the HTML; `sources` has the address of each picture by its signal's name."""
    return (
        environment()
        .get_template("digest.html")
        .render(
            digest=digest,
            words=words,
            sentences=sentences,
            times=Times(digest.zone),
            elapsed=elapsed,
            shown=shown,
            pictures=sources,
        )
    )


def page(digest: Digest) -> str:
    """Return the HTML as one file, its pictures within it."""
    prefix = "data:image/png;base64,"
    found = pictures(digest)
    return html(digest, {p.name: prefix + base64.b64encode(p.png).decode() for p in found})
