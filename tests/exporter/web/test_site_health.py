"""Whether the exporter is ready and healthy, and says why not."""

import time
from pathlib import Path

import pytest

from exporter.web.site import MAX_SILENCE
from tests.exporter.simulator.asking import NOON
from tests.exporter.test_poller import Scripted, Source
from tests.exporter.web.front import Front, delivered
from tests.exporter.web.pages import DOWN


def test_readiness_in_words(tmp_path: Path) -> None:
    """Not ready until every poll was tried, and any of them delivered something."""
    polls = [Scripted("a", [DOWN]), Scripted("b", [DOWN, delivered("x")])]
    front = Front(tmp_path, Source(polls))
    found: list[tuple[bool, str]] = []

    def note() -> None:
        found.append(front.site.ready())

    front.run(note, "a")
    front.run(note, "b")
    front.run(note, "b")
    assert found == [
        (False, "1 of 2 polls tried"),
        (False, "no current data; / lists the faults"),
        (True, "ready"),
    ]


def test_a_poll_that_still_waits_is_not_tried(tmp_path: Path) -> None:
    """A poll that has begun, and waits for its turn, does not count until it has an outcome."""
    front = Front(tmp_path, Source([Scripted("a", [DOWN]), Scripted("b", [delivered("x")])]))
    front.engine.poller.states[1].started = NOON
    found: list[tuple[bool, str]] = []
    front.run(lambda: found.append(front.site.ready()), "a")
    assert found == [(False, "1 of 2 polls tried")]


def test_what_has_expired_is_nothing_current(tmp_path: Path) -> None:
    """Once ready, a page whose values have all expired is not said to be starting."""
    front = Front(tmp_path, Source([Scripted("a", [delivered("x")])]))
    found: list[object] = []

    def look() -> None:
        found.append(front.site.ready())
        front.engine.poller.states[0].delivery = None
        found.extend((front.site.ready(), front.status().state))

    front.run(look)
    assert found == [
        (True, "ready"),
        (False, "no current data; / lists the faults"),
        "no current data: 1 of 1 polls fail",
    ]


@pytest.mark.parametrize("age", [MAX_SILENCE + 1, MAX_SILENCE / 2])
def test_a_loop_that_is_blocked_is_not_healthy(tmp_path: Path, age: float) -> None:
    """No sign of life for half a minute is a reason to restart, whatever the engine's task is."""
    front = Front(tmp_path, Source([Scripted("a", [delivered("x")])]))
    front.site.last_heartbeat = time.monotonic() - age
    found: list[tuple[bool, str]] = []
    front.run(lambda: found.append(front.site.healthy()))
    blocked = (False, "the polling loop has been blocked for over 30 s")
    assert found == [blocked if age > MAX_SILENCE else (True, "alive")]


def test_health_is_whether_polling_goes_on(tmp_path: Path) -> None:
    """Failing polls are no reason to restart; a poller that has ended is."""
    front = Front(tmp_path, Source([Scripted("down", [DOWN])]))
    found: list[tuple[bool, str]] = []
    front.run(lambda: found.append(front.site.healthy()))
    found.append(front.site.healthy())
    assert found == [(True, "alive"), (False, "polling has stopped")]
