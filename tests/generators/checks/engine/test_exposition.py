"""A real page is known on top of the catalog: its metrics, its labels, and its buckets alone."""

import http.server
import threading
from pathlib import Path

import pytest

from exporter.errors import IonmonError
from exporter.settings import Settings
from generators.checks.engine.exposition import with_exposition
from generators.checks.engine.known_series import Known, known
from tests.generators.checks.judging import problem_texts

PAGE = """# TYPE cloudrun_request_duration_seconds histogram
cloudrun_request_duration_seconds_bucket{region="a",le="0.1"} 1
cloudrun_request_duration_seconds_bucket{region="a",le="+Inf"} 2
cloudrun_request_duration_seconds_sum{region="a"} 1
cloudrun_request_duration_seconds_count{region="a"} 2
# TYPE app_orders_total counter
app_orders_total{shop="x"} 1
app_orders_total{shop="y",kind="z"} 1
# TYPE app_request_duration_seconds histogram
app_request_duration_seconds_bucket{le="1"} 1
app_request_duration_seconds_bucket{le="+Inf"} 1
# TYPE app_size_bytes summary
app_size_bytes{quantile="0.5"} 1
app_size_bytes_sum 1
app_size_bytes_count 1
# TYPE app_queue gauge
app_queue 1
"""


def base(tmp_path: Path) -> Known:
    """Return what is known with the page."""
    path = tmp_path / "page"
    path.write_text(PAGE)
    return with_exposition(known(Settings()), str(path))


@pytest.mark.parametrize(
    "expression",
    [
        'sum(rate(cloudrun_request_duration_seconds_bucket{le="0.1"}[5m]))',
        "sum by (shop, kind) (rate(app_orders_total[5m]))",
        'sum(rate(app_request_duration_seconds_bucket{le="1.0"}[5m]))',
        "rate(app_size_bytes_sum[5m]) / rate(app_size_bytes_count[5m])",
        'app_size_bytes{quantile="0.5"} + on () app_queue{job="a"}',
    ],
)
def test_what_is_on_the_page_is_known(tmp_path: Path, expression: str) -> None:
    """Metrics, labels and buckets of the page are taken; without it they are not."""
    assert problem_texts(expression, base=base(tmp_path)) == []
    assert (problem_texts(expression) == []) is (expression.count("app_request_duration") == 1)


def test_the_page_s_buckets_replace_those_of_the_catalog(tmp_path: Path) -> None:
    """Of a histogram that the page has, only the page's buckets exist."""
    stated = 'sum(rate(cloudrun_request_duration_seconds_bucket{le="0.111120068256"}[5m]))'
    assert problem_texts(stated) == []
    assert problem_texts(stated, base=base(tmp_path)) == [
        (
            "bucket: cloudrun_request_duration_seconds_bucket has no bucket "
            "le=\"0.111120068256\"; did you mean '0.1'?"
        )
    ]
    other = 'sum(rate(app_request_duration_seconds_bucket{le="1"}[5m]))'
    assert problem_texts(other, base=base(tmp_path)) == [
        'bucket: app_request_duration_seconds_bucket has no bucket le="1": it is written le="1.0"'
    ]


def test_types_are_those_of_the_page(tmp_path: Path) -> None:
    """A counter of the page is raw without a rate, a gauge of it has none."""
    assert problem_texts(
        "sum(app_orders_total) + sum(rate(app_queue[5m]))", base=base(tmp_path)
    ) == [
        ("counter: app_orders_total is a counter without rate; write rate or increase of it"),
        "counter: rate of app_queue, which is a gauge; write delta or deriv, or take a counter",
    ]


def test_a_page_is_read_from_an_address() -> None:
    """An http address is requested once, for the text format."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        found = with_exposition(Known(), f"http://127.0.0.1:{server.server_port}/metrics")
        server.shutdown()
        thread.join()
    assert found.get("app_queue") is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [("<html>", "is no exposition in the text format"), ("", "has no metrics")],
)
def test_a_page_that_is_none_is_refused(tmp_path: Path, text: str, why: str) -> None:
    """Something else than a page, or an empty one, is named."""
    path = tmp_path / "page"
    path.write_text(text)
    with pytest.raises(IonmonError, match=why):
        with_exposition(Known(), str(path))


@pytest.mark.parametrize("place", ["none/at/all", "http://127.0.0.1:1/metrics"])
def test_a_page_that_cannot_be_read_is_named(place: str) -> None:
    """A file or an address that does not answer is named, with the reason."""
    with pytest.raises(IonmonError, match=f"{place}: cannot be read: .*(No such file|refused)"):
        with_exposition(Known(), place)
