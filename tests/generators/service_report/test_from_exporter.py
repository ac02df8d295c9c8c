"""A report straight from the exporter's page: half an hour, and what fires is not known."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from exporter.errors import IonmonError
from exporter.prometheus.api import TimeSpan
from exporter.settings import Settings
from exporter.summary.limits import LimitState
from exporter.summary.model import SignalLimit
from exporter.summary.recent import RecentPlace, RecentService, RecentSignal
from exporter.summary.service_json import service_json
from generators.service_report.formats import RenderOptions
from generators.service_report.from_exporter import NO_BRIDGE, recent_report
from generators.service_report.model import Health, ServiceReport
from generators.service_report.request import ReportRequest
from generators.service_report.text import render
from tests.exporter.summary.states import DAY, END, place
from tests.http_server import answering

LIMIT = SignalLimit("ErrorRateCritical", "critical", 0.01, "above 1%")
REST = tuple(sorted({**dict(place("europe-west1")), "service_name": "cart"}.items()))
SETTINGS = Settings.model_validate({"targets": {"error_rate": "at most 0.5%"}})
REQUEST = ReportRequest(settings=SETTINGS, span=TimeSpan(END - DAY, END), now=END)


def recent(region: str, now: float | None, state: LimitState) -> RecentPlace:
    """Return the error rate in a region."""
    line = (math.nan, 0.003, now or math.nan)
    return RecentPlace(
        labels=place(region),
        now=now,
        line=line,
        state=state,
        limit=LIMIT,
    )


SERVICE = RecentService(
    at=END - 30,
    signals=(
        RecentSignal(
            name="error_rate",
            noun="error rate (4xx and 5xx)",
            kind="error_rate",
            unit="ratio",
            direction="up",
            now=0.007,
            line=(math.nan, 0.003, 0.007),
            data_time=END - 200,
            places=(
                recent("europe-west1", 0.02, LimitState.CRITICAL),
                recent("us-central1", 0.003, LimitState.WITHIN),
            ),
        ),
    ),
)


@contextmanager
def serving(body: bytes) -> Iterator[str]:
    """Serve a page at its path."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == "/service.json"
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(body if known else b"")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Stay silent."""

    with answering(Page) as server:
        yield f"http://127.0.0.1:{server.server_port}/"


def made(service: RecentService | None, **changed: str) -> ServiceReport:
    """Return the report of a page."""
    with serving(service_json(service, "a headline")) as url:
        return recent_report(replace(REQUEST, **changed), url)  # type: ignore[arg-type] # texts


def test_the_last_half_hour_is_reported() -> None:
    """Values, the limit that is passed, the target and the regions; alerts are not known."""
    report = made(SERVICE)
    (errors,) = report.signals
    assert (errors.health, report.health) == (Health.FAILING, Health.FAILING)
    assert errors.why.startswith("2%, above 1% (ErrorRateCritical): checkout in europe-west1")
    assert (errors.signal.now, errors.signal.worst, errors.missed) == (0.007, 0.007, True)
    assert [row.region for row in report.regions.rows] == ["europe-west1", "us-central1"]
    assert report.span == TimeSpan(END - 30 - 1800, END - 30)
    assert not report.alerts.known
    text = render(report, RenderOptions())
    assert "from the exporter's page" in text
    assert "What fires is not known." in text


def test_a_region_is_chosen() -> None:
    """Its value is that of the whole then; without its limit passed, all else is not known."""
    report = made(SERVICE, region="us-central1")
    (errors,) = report.signals
    assert (errors.signal.now, errors.health) == (0.003, Health.OK)
    assert report.health is Health.UNKNOWN


@pytest.mark.parametrize("left_out", [0, 100])
def test_a_region_of_more_places_than_the_page_has(left_out: int) -> None:
    """Only a whole page is the region: beside places that are left out, its value is not known."""
    (errors,) = SERVICE.signals
    shown = replace(errors, places=errors.places[:1], left_out=left_out)
    report = made(replace(SERVICE, signals=(shown,)), region="europe-west1")
    said = "error rate (4xx and 5xx): 100 of its places are not on the exporter's page"
    assert report.signals[0].signal.now == (None if left_out else 0.007)
    assert (said in report.unknown) is bool(left_out)
    assert made(replace(SERVICE, signals=(shown,))).signals[0].signal.now == 0.007


def test_several_places_that_are_not_all() -> None:
    """Their value together is nowhere: it is listed as not known."""
    (errors,) = SERVICE.signals
    more = (*errors.places, replace(errors.places[0], labels=REST))
    report = made(replace(SERVICE, signals=(replace(errors, places=more),)), region="europe-west1")
    assert report.signals[0].signal.now is None
    assert any("has it of 2 chosen places, not of them together" in one for one in report.unknown)


def test_the_bridge_knows_what_fires() -> None:
    """With it, all is known; without it, the report is not complete and names the flag."""
    calm = replace(NO_BRIDGE, known=True, faults=())
    with serving(service_json(SERVICE, "a headline")) as url:
        assert recent_report(REQUEST, url, lambda _: calm).complete
        assert not recent_report(REQUEST, url).complete
        assert NO_BRIDGE.faults[0] in recent_report(REQUEST, url).unknown


def test_an_exporter_that_has_just_started() -> None:
    """Nothing is known, which is not calm."""
    report = made(None)
    assert (report.health, report.complete) == (Health.UNKNOWN, False)
    assert report.unknown[-1] == "every signal: the exporter has only just started"


def test_what_is_no_exporter_is_an_error() -> None:
    """The address, what is wrong, and the fix."""
    with pytest.raises(IonmonError, match=r"no exporter answers: .*; start it with ionmon run"):
        recent_report(REQUEST, "http://127.0.0.1:1")
    with serving(b"hello") as url, pytest.raises(IonmonError, match=r"is no /service.json of an"):
        recent_report(REQUEST, url)
