"""What is left out of an application's metrics is found, with what to do about it."""

from pathlib import Path
from typing import Any

import pytest

from exporter.doctor.application import application_metrics
from exporter.doctor.finding import Finding, Verdict
from exporter.recorder import layout
from exporter.settings import Settings
from tests import servers
from tests.exporter.application.states import counter, gauge, histogram
from tests.exporter.application.writing import Writer

pytestmark = pytest.mark.slow


def findings(port: int, **application: Any) -> list[Finding]:
    """Return the findings on the application `shop` of a Redis."""
    tree = {
        "redis": {"targets": [{"name": "r", "url": f"redis://127.0.0.1:{port}"}]},
        "application": {"redis": "r", "name": "shop", **application},
    }
    return list(application_metrics(Settings.model_validate(tree)))


def test_what_is_left_out_is_found(tmp_path: Path) -> None:
    """Types that contradict, fields that are no numbers, bounds without one in common."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server).begin().count("x_total", counter(), (), 1)
        writer.set("x_total", gauge(), (), 1.0)
        writer.count("h", histogram((1.0,)), (), 1, part="1.0")
        writer.count("h", histogram((2.0,)), (), 1, part="2.0")
        writer.client.hset(writer.keys.totals, "odd", "many")
        found = findings(server.port)
    assert [finding.verdict for finding in found] == [Verdict.WARN] * 3 + [Verdict.OK]
    texts = [finding.text for finding in found]
    assert texts[0].startswith("totals: odd: ")
    assert "was announced last; rename one" in texts[1]
    assert "no bucket bound in common" in texts[2]
    assert texts[3] == "1 instances, 2 series, 3 of 100,000 fields"
    assert "ionmon application forget shop" in found[1].fix


@pytest.mark.deep
@pytest.mark.parametrize(("missing", "expected"), [(1, 0), (0, 1)])
def test_nearly_as_many_fields_as_there_may_be(tmp_path: Path, missing: int, expected: int) -> None:
    """From 80 % of the limit on, with the commands that help."""
    number = int(0.8 * layout.MOST_FIELDS) - missing
    with servers.redis(tmp_path) as server:
        writer, shape = Writer(server).begin(), counter("n")
        names = {writer.name("c_total", shape, (str(n),)): "1" for n in range(number)}
        writer.describe("c_total", shape).flush()
        writer.client.hset(writer.keys.totals, mapping=names)
        found = findings(server.port, series_limit=100_000)
    warned = [finding.text for finding in found if finding.verdict is Verdict.WARN]
    assert len(warned) == expected
    assert all("recorders refuse new series beyond" in text for text in warned)


def test_an_application_that_never_flushed(tmp_path: Path) -> None:
    """It may have another name there."""
    with servers.redis(tmp_path) as server:
        (found,) = findings(server.port)
    assert found.verdict is Verdict.EMPTY


def test_a_redis_that_is_not_there() -> None:
    """It fails, and says where to look; without an application there is nothing to check."""
    (found,) = findings(servers.free_port())
    assert found.verdict is Verdict.FAIL
    assert list(application_metrics(Settings.model_validate({}))) == []
