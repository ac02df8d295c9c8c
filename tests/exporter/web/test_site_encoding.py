"""What the site serves while snapshots change, and where samples cannot be encoded."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.collectors.base import Delivery
from exporter.exposition.exposition import Format
from exporter.exposition.samples import Part, Sample
from exporter.web import process_metrics
from exporter.web.encoder import MOST_OWN_AGE
from tests.exporter.samples import GAUGE
from tests.exporter.simulator.asking import NOON
from tests.exporter.test_poller import Scripted, Source
from tests.exporter.web.front import Front, delivered
from tests.exporter.web.test_site import page, values


def broken(name: str) -> Delivery:
    """Return a delivery whose part cannot be encoded, beside one that can."""
    other = replace(GAUGE, name="t_other", labels=GAUGE.labels[:1])
    parts = (Part(other, (Sample(("x", name), 1),)), Part(GAUGE, (Sample((name, "b"), 1),)))
    return Delivery(parts=parts, expires=float("inf"), data_time=NOON)


def test_what_cannot_be_encoded_is_counted_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything else is served, readiness names the family, and the log says when it is over."""
    other = replace(GAUGE, name="t_other")
    whole = Delivery(
        parts=(Part(other, (Sample(("x", "y"), 1),)),), expires=float("inf"), data_time=NOON
    )
    front = Front(tmp_path, Source([Scripted("a", [broken("one"), broken("two"), whole])]))
    key = ("ionmon_exposition_failures_total", "t_other", "labels")
    with caplog.at_level("INFO", "ionmon.web"):
        for number, name in enumerate(("one", "two"), 1):
            front.run()
            found = values(page(front))
            assert ("t_gauge", name, "b") in found
            assert not any(series[0] == "t_other" for series in found)
            assert front.site.ready() == (True, "ready; cannot be encoded: t_other")
            front.clock.time += 1
            assert values(page(front))[key] == number
        front.run()
        assert ("t_other", "x", "y") in values(page(front))
    said = [text for text in caplog.messages if text.startswith("t_other")]
    assert [text.partition(": ")[2][:20] for text in said] == [
        "samples cannot be en",
        "all samples are expo",
    ]
    assert front.site.ready() == (True, "ready")


def test_ready_knows_that_the_exposition_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While no exposition can be made readiness is 503 with the reason, and health stays 200."""
    front = Front(tmp_path, Source([Scripted("a", [delivered("x")])]))
    front.run(lambda: None)
    with monkeypatch.context() as patch:
        patch.setattr(front.site._encoder._polled, "encode", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            page(front)
        assert front.site.prepared(Format.TEXT, gzip=False, client=None) is None
        good, text = front.site.ready()
        assert (good, text.partition(": ")[0]) == (False, "the exposition cannot be encoded")
    assert page(front)
    assert front.site.ready() == (True, "ready")


def test_a_defect_in_the_process_metrics_costs_only_these(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where /proc cannot be read, the rest of the exporter's own metrics is served."""
    front = Front(tmp_path, Source([Scripted("a", [delivered("x")])], "paper"))
    front.run()
    monkeypatch.setattr(process_metrics.Process, "read", lambda _: 1 // 0)
    found = values(page(front))
    assert found["ionmon_up", "paper"] == 1
    assert ("t_gauge", "x", "b") in found
    assert not any(series[0].startswith("process_") for series in found)


def test_a_scrape_does_not_wait_for_a_change(tmp_path: Path) -> None:
    """While the new snapshot is encoded the one before is served and noted; then the new one."""
    front = Front(tmp_path, Source([Scripted("a", [delivered("x"), delivered("y")])]))
    front.run()
    page(front)
    before = front.engine.poller.snapshot.generation
    hold = threading.Event()
    blocked = front.site.encoder.submit(hold.wait, 30)
    front.run()
    front.site.swapped()
    old = front.site.prepared(Format.TEXT, gzip=False, client="one")
    assert old is not None
    assert b't_gauge{a="x"' in bytes(old)
    assert front.scrapers.seen(NOON) == before
    hold.set()
    assert blocked.result()
    front.site.encoder.submit(int).result()
    new = front.site.prepared(Format.TEXT, gzip=False, client="one")
    assert new is not None
    assert b't_gauge{a="y"' in bytes(new)
    assert front.scrapers.seen(NOON) == front.engine.poller.snapshot.generation
    front.site.close()


def test_without_an_encoder_at_work_a_scrape_is_not_of_the_past(tmp_path: Path) -> None:
    """A snapshot that nobody encodes is encoded for the scrape, never replaced by an old one."""
    front = Front(tmp_path, Source([Scripted("a", [delivered("x"), delivered("y")])]))
    front.run()
    page(front)
    front.run()
    assert front.site.prepared(Format.TEXT, gzip=False, client="one") is None
    assert b't_gauge{a="y"' in page(front)


def test_no_scrape_encodes_own_metrics(tmp_path: Path) -> None:
    """Each second they are encoded ahead; a scrape encodes them only where that was not done."""
    front = Front(tmp_path, Source([Scripted("a", [delivered("x")])]))
    front.run()

    def scraped() -> bytes:
        found = front.site.prepared(Format.TEXT, gzip=False, client="one")
        assert found is not None
        return bytes(found)

    first = page(front)
    front.clock.time += 2
    assert scraped() == first
    front.site.beat()
    front.site.encoder.submit(int).result()
    assert values(scraped())["ionmon_snapshot_age_seconds",] == 2
    front.clock.time += MOST_OWN_AGE
    assert values(scraped())["ionmon_snapshot_age_seconds",] == 2 + MOST_OWN_AGE
    front.site.close()
