"""Scrapes of 10,000 and of 100,000 series, memory, and scrapes while others hold connections."""

import http.client
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.exporter import Exporter, exporter, scrape, timed
from benchmarks.row import Row, ms, percentile
from tests.exporter.web.certificates import ADDRESS, Authority
from tests.servers import answers, free_port, process, wait_until

SCRAPES, SCRAPES_OF_LIBRARY = 500, 20
SMALL, LARGE = 10_000, 100_000
HALF_OPEN, SILENT = 300, 50
DEADLINE = 10.0
QUICK = 0.05
MOST_MEMORY = 400_000_000


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from _small(folder)
        yield from _large(folder)
        yield from _held(folder)


def _small(folder: Path) -> Iterator[Row]:
    with exporter(SMALL, folder) as found:
        ours = timed(found.connect(), SCRAPES)
        page = folder / "page"
        page.write_bytes(scrape(found.connect(), gzip=False))
    theirs = library(folder, page)
    p99, base = percentile(ours, 0.99), percentile(theirs, 0.99)
    figure = f"{ms(p99)} (median {ms(percentile(ours, 0.5))})"
    against = f"{ms(base)} with prometheus_client's own server: {base / p99:.0f} times"
    yield Row(
        what=f"scrape of {SMALL:,} series, p99",
        figure=figure,
        baseline=against,
        reach="100 times",
        met=base / p99 >= 100,
    )


def library(folder: Path, page: Path) -> list[float]:
    """Return the seconds of scrapes of a page's counters, served by prometheus_client."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.client_library", str(page), str(port)]
    with process(command, folder / "library.log", cwd=Path()):
        wait_until(lambda: answers(port), "prometheus_client's server", 60.0)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        return timed(connection, SCRAPES_OF_LIBRARY)


def _large(folder: Path) -> Iterator[Row]:
    with exporter(LARGE, folder) as found:
        taken = timed(found.connect(), SCRAPES // 5)
        scrape(found.connect(), gzip=False)
        resident = found.resident()
    figure = ms(percentile(taken, 0.99))
    yield Row(
        what=f"scrape of {LARGE:,} series, p99",
        figure=figure,
        baseline="",
        reach="50 ms",
        met=percentile(taken, 0.99) < 0.05,
    )
    what = f"memory at {LARGE:,} series, both encodings held"
    yield Row(
        what=what,
        figure=f"{resident / 1e6:.0f} MB",
        baseline="",
        reach="400 MB",
        met=resident < MOST_MEMORY,
    )


def _held(folder: Path) -> Iterator[Row]:
    authority = Authority(folder)
    authority.issue("server", ADDRESS)
    web = folder / "web.yml"
    web.write_text("tls_server_config: {cert_file: server.pem, key_file: server.key}\n")
    with exporter(SMALL, folder, web, authority.trust()) as found:
        alone = timed(found.connect(), SCRAPES)
        with ExitStack() as stack:
            held = [stack.enter_context(_half_open(found)) for _ in range(HALF_OPEN)]
            held += [stack.enter_context(_silent(found)) for _ in range(SILENT)]
            begun = time.monotonic()
            crowded = timed(found.connect(), SCRAPES)
            closed = sum(_is_closed(one, begun + DEADLINE + 2.0) for one in held)
    before, during = percentile(alone, 0.99), percentile(crowded, 0.99)
    what = f"scrape over TLS beside {HALF_OPEN} half-open and {SILENT} silent connections, p99"
    yield Row(
        what=what,
        figure=ms(during),
        baseline=f"{ms(before)} alone",
        reach="unmoved",
        met=during < 2 * before + 0.002,
    )
    total = HALF_OPEN + SILENT
    what = "of these, closed at the deadline"
    yield Row(
        what=what, figure=f"{closed} of {total}", baseline="", reach="all", met=closed == total
    )


def _half_open(found: Exporter) -> socket.socket:
    """Return a connection that has sent a part of a request."""
    plain = _silent(found)
    if found.trust:
        plain = found.trust.wrap_socket(plain, server_hostname="127.0.0.1")
    plain.sendall(b"GET /metrics HTTP/1.1\r\nHost: a")
    return plain


def _silent(found: Exporter) -> socket.socket:
    """Return a connection on which nothing is said, not even TLS."""
    return socket.create_connection(("127.0.0.1", found.port), 60)


def _is_closed(one: socket.socket, until: float) -> bool:
    """Say whether the server closes a connection by a time."""
    one.settimeout(max(0.01, until - time.monotonic()))
    try:
        while one.recv(4096):
            pass
    except TimeoutError:
        return False
    except (OSError, ssl.SSLError):
        return True
    return True
