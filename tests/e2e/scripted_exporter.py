"""Serves what an exporter would export of a day that is written down, and stops in between."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from itertools import accumulate

from tests.e2e.timeline import Cause, Trouble
from tests.http_server import answering

PROJECT = "ion-simulated"
MINUTES = 200  # that are written down; no day is as long
REQUESTS = 1200  # a minute, of each service
CPU, LAG = 0.4, 0.05  # where nothing is wrong
_FAMILIES = ("cloudrun_requests_total", "cloudsql_replica_lag_seconds")
Series = tuple[str, tuple[float, ...]]  # with its value in each minute


def series(causes: Iterable[Cause]) -> tuple[Series, ...]:
    """Return what is exported of everything that goes wrong once, and of its better times.

    Counters grow once a minute, as values of Cloud Monitoring come.
    """
    each: dict[str, list[Cause]] = {}
    for cause in causes:
        each.setdefault(cause.of, []).append(cause)
    return tuple(one for own in each.values() for one in _series(own))


def _series(own: list[Cause]) -> Iterator[Series]:
    place = f'gcp_project="{PROJECT}",region="{own[0].region}"'
    if own[0].trouble is Trouble.LAG:
        labels = f'{place},database_id="{own[0].of}"'
        yield f"cloudsql_replica_lag_seconds{{{labels}}}", _values(own, Trouble.LAG, LAG)
        return
    place += f',service_name="{own[0].of}"'
    client = _values(own, Trouble.CLIENT_ERRORS, 0)
    server = _values(own, Trouble.SERVER_ERRORS, 0)
    fine = tuple(1 - sum(shares) for shares in zip(client, server, strict=True))
    for code, shares in (("2xx", fine), ("4xx", client), ("5xx", server)):
        labels = f'{place},response_code_class="{code}"'
        yield f"cloudrun_requests_total{{{labels}}}", _total(REQUESTS * share for share in shares)
    cpu = f"cloudrun_cpu_utilization_ratio_{{}}{{{{{place}}}}}"
    yield cpu.format("sum"), _total(_values(own, Trouble.CPU, CPU))
    yield cpu.format("count"), _total([1] * MINUTES)


def _values(own: list[Cause], trouble: Trouble, usual: float) -> tuple[float, ...]:
    """Return a share or a level in each minute."""
    here = [cause for cause in own if cause.trouble is trouble]
    return tuple(
        next((cause.worst for cause in here if cause.is_bad(minute)), usual)
        for minute in range(MINUTES)
    )


def _total(each: Iterable[float]) -> tuple[float, ...]:
    return (0, *accumulate(each))


def exposition(found: Iterable[Series], minute: int, age: float) -> str:
    """Return what is exported in a minute, from data that is so many seconds old."""
    lines = [f"{name} {round(values[minute], 6)}" for name, values in found]
    for family in _FAMILIES:
        labels = f'gcp_project="{PROJECT}",family="{family}"'
        lines += [f"ionmon_data_age_seconds{{{labels}}} {age}"]
        lines += [f"ionmon_counting_start_timestamp_seconds{{{labels}}} 1"]
    return "\n".join([*lines, ""])


@contextmanager
def serving(text: Callable[[], str | None]) -> Iterator[int]:
    """Serve what `text` returns on a free port, and an error where it returns nothing."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer a scrape."""
            with suppress(ConnectionError):  # a scrape that timed out
                self._answer(text())

        def _answer(self, found: str | None) -> None:
            if found is None:
                self.send_error(503)
                return
            body = found.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Log nothing."""

    with answering(Handler) as server:
        yield server.server_port
