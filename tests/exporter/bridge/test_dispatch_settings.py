"""What the dispatch owes follows the settings, and its check-in the state of the journal."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from exporter.bridge.dispatch import Dispatch
from exporter.bridge.journal_health import JournalHealth
from exporter.errors import StateError
from exporter.settings import Settings
from exporter.telemetry import Telemetry
from generators.alertmanager.receivers import receivers
from tests.clocks import HandClock
from tests.exporter.bridge.samples import BEGAN, SHOP, firing, journal, notified
from tests.sentry import Sentry, sentry

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("damage", ["DROP TABLE delivery", ""])
def test_a_journal_that_fails_turns_the_check_in_to_error(tmp_path: Path, damage: str) -> None:
    """Whether it can be read no more, or written no more: ten minutes later Sentry is told."""
    with closing(journal(tmp_path / "journal.sqlite")) as opened, sentry() as server:
        (tmp_path / "dsn").write_text(server.dsn)
        (tmp_path / "dsn").chmod(0o600)
        section = {"sentry": {"dsn_file": str(tmp_path / "dsn")}}
        settings = Settings.model_validate({"notifications": section})
        clock, telemetry = HandClock(BEGAN), Telemetry(BEGAN)
        dispatch = Dispatch(
            settings=settings,
            owed=opened.deliveries,
            records=opened.records,
            clock=clock,
            telemetry=telemetry,
        )
        with closing(sqlite3.connect(opened.path)) as db:
            db.executescript(damage)
        if not damage:
            JournalHealth(telemetry, dispatch.journal_faults).failed(StateError("disk is full"))
        asyncio.run(_watched(dispatch, lambda: _said(server)[-1:] == ["error"]))
    said = _said(server)
    assert said.count("error") == 1
    assert said.count("ok") >= 10


def _said(server: Sentry) -> list[str]:
    return [check_in["status"] for check_in in server.check_ins]


async def _watched(dispatch: Dispatch, until: Callable[[], bool]) -> None:
    """Run it, with a Watchdog again and again, until something is."""
    running = asyncio.ensure_future(dispatch.run())
    async with asyncio.timeout(60):
        while not until():
            dispatch.received(notified(firing(alertname="Watchdog")), None)
            await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_the_receivers_of_sentry_are_those_of_the_settings(tmp_path: Path) -> None:
    """Each that alertmanager.yml has for Sentry is owed, of teams as well; no other name is.

    A team that was removed still is: Alertmanager may have its new file later than the bridge.
    """
    section = {"sentry": {"dsn_file": str(tmp_path / "dsn")}}
    settings = Settings.model_validate({"notifications": section, "services": SHOP})
    written = [each["name"] for each in receivers(settings) if each["name"].endswith("-sentry")]
    with closing(journal(tmp_path / "journal.sqlite")) as opened:
        dispatch = Dispatch(
            settings=settings,
            owed=opened.deliveries,
            records=opened.records,
            clock=HandClock(BEGAN),
            telemetry=Telemetry(BEGAN),
        )
        assert {"low-sentry", "shop-low-sentry"} <= set(written)
        assert {dispatch.targets(each) for each in written} == {("sentry",)}
        assert dispatch.targets("theirs-sentry") == ()
        dispatch.apply(Settings.model_validate({"notifications": section}))
        assert dispatch.targets("shop-low-sentry") == ("sentry",)


def test_settings_are_applied_without_a_restart(tmp_path: Path) -> None:
    """What is owed follows the settings: no Sentry, then one, then none; waits are kept."""
    opened = journal(tmp_path / "journal.sqlite")
    section = {"sentry": {"dsn_file": str(tmp_path / "dsn")}}
    without = Settings()
    with_sentry = Settings.model_validate({"notifications": section})
    dispatch = Dispatch(
        settings=without,
        owed=opened.deliveries,
        records=opened.records,
        clock=HandClock(BEGAN),
        telemetry=Telemetry(BEGAN),
    )
    assert dispatch.targets("low-sentry") == ()
    dispatch.apply(with_sentry)
    kept = dispatch._transport(with_sentry.notifications)
    assert dispatch.targets("low-sentry") == ("sentry",)
    assert dispatch.targets("journal") == ()
    dispatch.apply(with_sentry)
    assert dispatch._transport(with_sentry.notifications) is kept
    dispatch.apply(without)
    assert dispatch.targets("low-sentry") == ()
    opened.close()
