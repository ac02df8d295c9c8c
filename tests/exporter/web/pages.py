"""Pages of metrics, and the values that they have."""

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text_format

from exporter.errors import PollError, Reason
from exporter.exposition.exposition import Format
from tests.exporter.web.front import Front

DOWN = PollError(Reason.UNAVAILABLE, "nobody answers")
READERS = {Format.TEXT: text_format, Format.OPENMETRICS: openmetrics}


def page(front: Front, fmt: Format = Format.TEXT, client: str = "") -> bytes:
    """Return the page, not compressed."""
    return bytes(front.site.exposition(fmt, gzip=False, client=client))


def values(body: bytes, fmt: Format = Format.TEXT) -> dict[tuple[str, ...], float]:
    """Return all values of a page, by name and label values."""
    families = READERS[fmt](body.decode())
    return {(s.name, *s.labels.values()): s.value for f in families for s in f.samples}
