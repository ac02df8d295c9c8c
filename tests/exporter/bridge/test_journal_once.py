"""Whatever is posted, over restarts and failed commits: each state of an alert counts once."""

import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path

from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as st

from exporter.bridge.journal import AlertJournal, JournalLimits
from exporter.bridge.webhook import Notification
from exporter.errors import StateError
from tests.exporter.bridge.notified import NOON, alerts_of, entry, given

LIMITS = JournalLimits(keep=90 * 86_400.0, max_alerts=1_000)
REFUSE = """
CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.alert WHEN new.fingerprint = '3'
BEGIN SELECT RAISE(ABORT, 'refused'); END"""

_alert = st.tuples(st.integers(0, 3), st.sampled_from(("firing", "resolved")))
_post = st.tuples(st.sampled_from(("a", "b")), st.lists(_alert, min_size=1, max_size=4))
_step = st.one_of(_post, st.sampled_from(("restart", "fail", "deliver")))


def posted(group: str, alerts: list[tuple[int, str]]) -> Notification:
    """Return a notification of a group."""
    entries = [entry(status=status, fingerprint=str(number)) for number, status in alerts]
    return given(*entries, groupKey=group)


@generated(st.lists(_step, max_size=12))
@settings(max_examples=2 * settings.default.max_examples, deadline=None)
def test_each_state_counts_once(steps: list[object]) -> None:
    """The journal has what was answered, once; of that, what fires was delivered or is owed, once.

    Where a commit fails, nothing of its notification is there, and the same succeeds later.
    """
    with tempfile.TemporaryDirectory() as home:
        path, now = Path(home, "journal"), count(int(NOON))
        journal = AlertJournal(path, LIMITS)
        answered: set[tuple[str, str, str]] = set()
        delivered: list[tuple[str, str]] = []
        for step in steps:
            if step == "restart":
                journal.close()
                journal = AlertJournal(path, LIMITS)
            elif step == "fail":
                journal._file.connection.execute(REFUSE)
                with suppress(StateError):
                    journal.receive(posted("a", [(2, "firing"), (3, "firing")]), ("s",), NOON)
                    raise AssertionError("it was not refused")
                journal._file.connection.execute("DROP TRIGGER refuse")
            elif step == "deliver":
                for owed in journal.deliveries.due(2 * NOON):
                    kept = owed.journaled
                    delivered.append((kept.group_key, kept.alert.fingerprint))
                    journal.deliveries.done(owed.row, NOON)
            else:
                assert isinstance(step, tuple)
                group, alerts = step
                journal.receive(posted(group, alerts), ("s",), next(now))
                answered |= {(group, str(number), status) for number, status in alerts}
        rows = alerts_of(journal, 0, 2 * NOON)
        due = [
            (o.journaled.group_key, o.journaled.alert.fingerprint)
            for o in journal.deliveries.due(2 * NOON)
        ]
        journal.close()
    found = [(row.group_key, row.alert.fingerprint, row.alert.status) for row in rows]
    assert sorted(found) == sorted(answered)
    expected = sorted((group, number) for group, number, status in answered if status == "firing")
    assert sorted(delivered + due) == expected
