"""What the web server serves of one engine."""

import asyncio
import gzip
import subprocess
from pathlib import Path

import pytest

from exporter import __version__
from exporter.collectors.base import Delivery
from exporter.exposition.exposition import Format
from exporter.poller import Poller, PollState
from exporter.summary.service_json import read_service_json
from exporter.web.routes import Request, Response
from exporter.web.status import RefusedReload
from tests.exporter.simulator.asking import NOON
from tests.exporter.test_poller import Scripted, Source
from tests.exporter.web.front import Front, delivered
from tests.exporter.web.pages import DOWN, page, values


def test_before_there_is_an_engine(tmp_path: Path) -> None:
    """There is no page, the process is healthy and not ready, and the landing page says so."""
    front = Front(tmp_path)
    assert page(front) == b""
    assert (front.site.healthy(), front.site.ready()) == ((True, "starting"), (False, "starting"))
    front.site.refusal = RefusedReload(front.clock.monotonic() - 60.0, "google.projcts: unknown")
    landing = front.site.landing().decode()
    assert '<p class="state">starting</p>' in landing
    assert ": google.projcts: unknown; the old settings stay." in landing
    front.store.close()


def test_the_service_as_json(tmp_path: Path) -> None:
    """It can be read and nothing else, is not cached, and is there before there is an engine."""
    front = Front(tmp_path)

    def answered(method: str) -> Response:
        found = asyncio.run(front.site.answer(Request(method=method, path="/service.json"), ""))
        assert found is not None
        return found

    early = answered("GET")
    assert (early.status, early.type) == (200, "application/json")
    assert ("Cache-Control", "no-store") in early.headers
    assert isinstance(early.body, bytes)
    assert read_service_json(early.body, "here") is None
    assert answered("POST").status == 405
    front.site.engine = front.engine
    front.engine.watch.step(())
    later = answered("GET")
    assert isinstance(later.body, bytes)
    found = read_service_json(later.body, "here")
    assert found is not None
    assert (found.at, found.signals) == (front.clock.now(), ())
    front.store.close()


@pytest.mark.parametrize("fmt", list(Format))
def test_what_is_on_the_page(tmp_path: Path, fmt: Format) -> None:
    """The snapshot's series, and what the exporter knows of itself at this moment."""
    polls = [
        Scripted(
            "ion-demo/t_gauge",
            [delivered("x", "y", age=30)],
            project="ion-demo",
            family="t_gauge",
        ),
        Scripted("with/slash", [delivered("z", age=60)]),
        Scripted("down", [DOWN]),
    ]
    front = Front(tmp_path, Source(polls, "paper"))
    front.run()
    front.clock.time += 15
    found = values(page(front, fmt), fmt)
    expected = {
        ("t_gauge", "x", "b"): 0,
        ("t_gauge", "y", "b"): 1,
        ("t_gauge", "z", "b"): 0,
        ("ionmon_up", "paper"): 1,
        ("ionmon_collector_success", "paper"): 0,
        ("ionmon_collector_data_age_seconds", "paper"): 75,
        ("ionmon_collector_last_success_timestamp_seconds", "paper"): NOON,
        ("ionmon_collector_duration_seconds", "paper"): 0,
        ("ionmon_series", "paper"): 3,
        ("ionmon_poll_success", "paper", "ion-demo/t_gauge"): 1,
        ("ionmon_poll_success", "paper", "with/slash"): 1,
        ("ionmon_poll_success", "paper", "down"): 0,
        ("ionmon_poll_failures_total", "paper", "down", "unavailable"): 1,
        ("ionmon_polls_total", "paper"): 3,
        ("ionmon_data_age_seconds", "ion-demo", "t_gauge"): 45,
        ("ionmon_snapshot_age_seconds",): 15,
    }
    assert expected == {key: found[key] for key in expected}
    assert [key[1] for key in found if key[0] == "ionmon_build_info"] == [__version__]
    assert found["process_open_fds",] > 0
    assert {key for key in found if key[0] == "ionmon_data_age_seconds"} <= set(expected)


def test_a_collector_that_has_nothing(tmp_path: Path) -> None:
    """Where nothing was read there is no age and no last success, and the collector is down."""
    front = Front(tmp_path, Source([Scripted("down", [DOWN])], "paper"))
    front.run()
    found = {key: value for key, value in values(page(front)).items() if key[1:] == ("paper",)}
    assert found == {
        ("ionmon_up", "paper"): 0,
        ("ionmon_collector_success", "paper"): 0,
        ("ionmon_collector_duration_seconds", "paper"): 0,
        ("ionmon_series", "paper"): 0,
        ("ionmon_polls_total", "paper"): 1,
    }


def test_promtool_reads_the_page(tmp_path: Path) -> None:
    """Prometheus's own parser finds nothing wrong with the text, nor with our names."""
    front = Front(tmp_path, Source([Scripted("a", [delivered('"\\\n', "é")])], "paper"))
    front.run()
    command = ["promtool", "check", "metrics"]
    done = subprocess.run(command, input=page(front), capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode().splitlines()
    assert [line for line in said if not line.startswith("t_gauge ")] == []


def test_compressed_it_is_the_same_page(tmp_path: Path) -> None:
    """Both forms of both formats hold the same values."""
    front = Front(tmp_path, Source([Scripted("a", [delivered("x")])]))
    front.run()
    for fmt in Format:
        packed = values(
            gzip.decompress(bytes(front.site.exposition(fmt, gzip=True, client=""))), fmt
        )
        plain = values(page(front, fmt), fmt)
        assert packed.keys() == plain.keys()
        shared = {key for key in plain if not key[0].startswith("process_")}
        assert {key: packed[key] for key in shared} == {key: plain[key] for key in shared}


def test_a_page_is_made_once_a_second(tmp_path: Path) -> None:
    """Scrapes of one second share its bytes; another second or a new snapshot makes new ones."""
    front = Front(tmp_path, Source([Scripted("a", [delivered("x"), delivered("y")])]))
    front.run()
    first = front.site.exposition(Format.TEXT, gzip=False, client="")
    front.clock.time += 0.9
    assert front.site.exposition(Format.TEXT, gzip=False, client="") is first
    front.clock.time += 0.1
    second = page(front)
    assert values(second)["ionmon_snapshot_age_seconds",] == 1
    front.run()
    third = values(page(front))
    assert (("t_gauge", "x", "b") in third, ("t_gauge", "y", "b") in third) == (False, True)


def test_every_scrape_is_noted(tmp_path: Path) -> None:
    """A generation counts as seen when a scraper got its page, kept bytes or not."""
    front = Front(tmp_path, Source([Scripted("a", [delivered("x")])]))
    front.run()
    generation = front.engine.poller.snapshot.generation
    assert front.scrapers.seen(NOON) is None
    page(front, client="one")
    assert generation == front.scrapers.seen(NOON)
    for _ in range(2):
        front.site.exposition(Format.TEXT, gzip=False, client=None)
    front.engine.poller.swap()
    for _ in range(2):
        page(front, client="two")
    assert generation + 1 == front.scrapers.seen(NOON)


@pytest.mark.parametrize("off", [-3600.0, 3600.0])
def test_ages_do_not_change_when_the_clock_is_set(tmp_path: Path, off: float) -> None:
    """They are of the monotonic clock; a time is given as the wall clock has it now."""
    poll = Scripted("p/t_gauge", [delivered("x", age=90)], project="p", family="t_gauge")
    front = Front(tmp_path, Source([poll], "paper"))
    front.run()
    front.clock.off = off
    front.clock.time += 10
    found = values(page(front))
    ages = [value for key, value in found.items() if "age_seconds" in key[0]]
    assert ages == [100, 100, 10]
    success = found["ionmon_collector_last_success_timestamp_seconds", "paper"]
    assert success == front.clock.now() - 10


def test_a_source_that_is_ahead_has_a_negative_age(tmp_path: Path) -> None:
    """A value from the future is shown as what it is, on the landing page as well."""
    poll = Scripted("p/t_gauge", [delivered("x", age=-300)], project="p", family="t_gauge")
    front = Front(tmp_path, Source([poll], "paper"))
    front.run()
    found = values(page(front))
    assert found["ionmon_data_age_seconds", "p", "t_gauge"] == -300
    assert found["ionmon_collector_data_age_seconds", "paper"] == -300
    assert b"5m ahead" in front.site.landing()


class Vanishing(PollState):
    """A poll whose delivery is withdrawn by the poller's thread right after a first look."""

    looks = 0

    @property
    def delivery(self) -> Delivery | None:  # type: ignore[override]
        """Return a delivery once in two looks."""
        Vanishing.looks += 1
        return delivered("x") if Vanishing.looks % 2 else None

    @delivery.setter
    def delivery(self, value: Delivery | None) -> None:
        """Keep nothing."""


def test_a_delivery_may_go_while_a_page_is_made(tmp_path: Path) -> None:
    """The web server's thread looks at a delivery once a figure, so that it cannot vanish."""
    source = Source([Scripted("a", [])], "paper")
    front = Front(tmp_path, source)
    front.site.engine = front.engine
    poller = Poller([source], front.clock, front.telemetry, front.scrapers.seen)
    front.engine.poller = poller
    for _ in range(2):
        poller.states = (Vanishing(collector="paper", poll=source.given[0]),)
        assert front.status().polls
        assert page(front)
        front.clock.time += 1
        Vanishing.looks += 1
    front.store.close()


def test_reload_is_passed_on(tmp_path: Path) -> None:
    """The site loads by what it was given."""
    front = Front(tmp_path)
    front.site.reload()
    assert front.loads == 1
    front.store.close()
