"""The HTTP API of Prometheus: range and instant queries, label values, alerts; errors are texts."""

import json
import math
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from exporter.client.own_server import answer, answer_fault
from exporter.errors import IonmonError
from exporter.exposition.label_values import clean

TIMEOUT = 60.0  # seconds for the whole of one answer
_SHOWN = 400  # characters of an error that are shown
_LARGEST = 1 << 26  # bytes of an answer: four hundred alerts that fire for a week
Labels = tuple[tuple[str, str], ...]


class QueryRefused(IonmonError):
    """A query did not work; the text says why."""


class TooMuch(QueryRefused):
    """The server gave up on a query; one over a shorter time may work."""


class NoAnswer(QueryRefused):
    """No Prometheus answers at the address, or not in time: another query would fare as badly."""


class NotInTime(NoAnswer):
    """The server answered too late."""


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """From when to when, in Unix seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Return how long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Points:
    """One series of an answer; gaps are NaN."""

    labels: Labels
    times: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ServerAlert:
    """An alert as Prometheus holds it."""

    state: str
    labels: Labels
    summary: str
    since: str


_NO_ANSWER = "gives no answer of Prometheus"
_OTHER_FORM = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    ArithmeticError,  # a time that no float is
)
_GIVEN_UP = frozenset({422, 503, 504})  # too many samples, too long; also in Thanos and Mimir


@dataclass(slots=True)
class Prometheus:
    """A server; the same query is sent once."""

    url: str
    timeout: float = TIMEOUT
    _known: dict[str, Any] = field(default_factory=dict)

    def hello(self, at: float) -> None:
        """Ask for a number. Raises IonmonError where no Prometheus answers."""
        try:
            self.instant("1", at)
        except QueryRefused as error:
            fault = str(error).removeprefix(f"{self.url} {_NO_ANSWER}: ")
            raise IonmonError(f"{self.url} does not answer as Prometheus does: {fault}") from error

    def range(self, expr: str, span: TimeSpan, step: float) -> list[Points]:
        """Return the series of an expression; times are whole steps, as Grafana aligns them."""
        start, end = span.start // step * step, span.end // step * step
        count = round((end - start) / step) + 1
        times = tuple(start + at * step for at in range(count))
        with self._reading():
            data = self._ask("query_range", query=expr, start=start, end=end, step=step)
            return [
                Points(_labels(one), times, _spread(one, start, step, count))
                for one in data["result"]
                if one.get("values")
            ]

    def matrix(self, expr: str, start: float, end: float, step: float) -> list[Any]:
        """Return the series of an expression as JSON; it is large, so it is not remembered."""
        # Thanos would answer from what it has sampled down.
        form = {"query": expr, "start": start, "end": end, "step": step}
        form["max_source_resolution"] = "0s"
        address = f"{self.url.rstrip('/')}/api/v1/query_range"
        with self._reading():
            found: list[Any] = self._answer(address, urllib.parse.urlencode(form))["result"]
            return found

    def status(self, what: str) -> dict[str, Any]:
        """Return what the server says of itself: runtimeinfo, flags. Others than it refuse."""
        with self._reading():
            found: dict[str, Any] = self._ask(f"status/{what}")
            return found

    def instant(self, expr: str, at: float | None) -> list[Points]:
        """Return what an expression is at a time; without one, now by the server's own clock."""
        with self._reading():
            data = self._ask("query", query=expr, **({} if at is None else {"time": at}))
            if data["resultType"] == "scalar":
                time, value = data["result"]
                return [Points((), (float(time),), (float(value),))]
            return [
                Points(_labels(one), (float(one["value"][0]),), (float(one["value"][1]),))
                for one in data["result"]
                if one.get("value")
            ]

    def label_values(self, label: str, match: str, span: TimeSpan) -> tuple[str, ...]:
        """Return the values that a label has on series within a span."""
        parameters: dict[str, Any] = {"start": span.start, "end": span.end}
        if match:
            parameters["match[]"] = match
        path = f"label/{urllib.parse.quote(label, safe='')}/values"
        with self._reading():
            return tuple(map(str, self._ask(path, **parameters)))

    def series_names(self) -> tuple[str, ...]:
        """Return the names of all series."""
        with self._reading():
            return tuple(map(str, self._ask("label/__name__/values")))

    def alerts(self) -> list[ServerAlert]:
        """Return the alerts that are pending or firing now."""
        with self._reading():
            return [
                ServerAlert(
                    one["state"],
                    _sorted(one["labels"]),
                    one.get("annotations", {}).get("summary", ""),
                    one.get("activeAt", ""),
                )
                for one in self._ask("alerts")["alerts"]
            ]

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn an answer of another form into an error that says so: another server answers."""
        try:
            yield
        except _OTHER_FORM as error:
            text = f"{self.url} {_NO_ANSWER}: {type(error).__name__}: {error}"
            raise NoAnswer(text[:_SHOWN]) from error

    def _ask(self, path: str, **parameters: Any) -> Any:  # noqa: ANN401 - JSON
        body = urllib.parse.urlencode(parameters)
        address = f"{self.url.rstrip('/')}/api/v1/{path}"
        key = f"{address}?{body}"
        if key not in self._known:
            self._known[key] = self._answer(address, body)
        return self._known[key]

    def _answer(self, address: str, body: str) -> Any:  # noqa: ANN401 - JSON
        """Post where that is allowed, since expressions may be long; take the answer apart."""
        posted = address.endswith(("/query", "/query_range"))
        request = (
            urllib.request.Request(address, body.encode())  # noqa: S310 - http or https, checked
            if posted
            else urllib.request.Request(f"{address}?{body}")  # noqa: S310 - the same
        )
        try:
            text = answer(request, self.timeout, _LARGEST + 1)
        except urllib.error.HTTPError as error:
            kind = TooMuch if error.code in _GIVEN_UP else QueryRefused
            raise kind(_reason(error)) from error
        except TimeoutError as error:
            raise NotInTime(f"no answer within {self.timeout:g} s") from error
        except (OSError, HTTPException) as error:
            raise NoAnswer(f"{self.url} {_NO_ANSWER}: {answer_fault(error)}") from error
        if len(text) > _LARGEST:
            raise TooMuch(f"the answer has more than {_LARGEST >> 20} MiB; ask for less at once")
        return json.loads(text)["data"]


def server(url: str) -> Prometheus:
    """Return a server by its address, of which only http and https may be."""
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise IonmonError(f"{url}: has to begin with http:// or https://")
    return Prometheus(url)


def _reason(error: urllib.error.HTTPError) -> str:
    body = error.read().decode(errors="replace")
    try:
        text = str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        text = f"HTTP {error.code} {error.reason}"
    return text[:_SHOWN]


def _labels(one: Mapping[str, Any]) -> Labels:
    return _sorted(one.get("metric", {}))


def _sorted(labels: Mapping[str, str]) -> Labels:
    # Whatever shows or compares labels has them fit to be shown, and therefore alike.
    return tuple(sorted((clean(name), clean(value)) for name, value in labels.items()))


def _spread(one: Mapping[str, Any], start: float, step: float, count: int) -> tuple[float, ...]:
    """Return a value for each step, NaN where there is none."""
    found = [math.nan] * count
    for time, value in one["values"]:
        at = round((float(time) - start) / step)
        if 0 <= at < count:
            found[at] = float(value)
    return tuple(found)
