"""The tables of the bridge's journal, and their versions. Times are Unix seconds.

alert            one state of an alert in one group: it fires, or it is resolved
delivery         what a target, such as Sentry, is owed for a row of `alert`
acknowledgement  who acknowledged which incident, and when it was over; `since` is a JSON list
fact             single values that outlive a restart
presence         when the bridge was alive and lost nothing: what lies between two rows is a hole
withdrawal       who withdrew which acknowledgement, and when
event            a notification that Alertmanager's event recorder says was delivered, by whom
event_alert      the alerts of an event, and whether each fired
event_labels     the labels of the alerts of events
muting           from when to when which alert was muted, and by what
event_sign       when events came from an Alertmanager: what lies between two rows is a hole
"""

import sqlite3

from exporter.state_file.sqlite_file import FileLayout, finish

_FORMER = {
    "alert": """CREATE TABLE alert (
    id INTEGER PRIMARY KEY, group_key TEXT NOT NULL, fingerprint TEXT NOT NULL,
    starts_at REAL NOT NULL, status TEXT NOT NULL, receiver TEXT NOT NULL, labels TEXT NOT NULL,
    annotations TEXT NOT NULL, ends_at REAL, generator_url TEXT NOT NULL, first_at REAL NOT NULL,
    last_at REAL NOT NULL, repeats INTEGER NOT NULL)""",
    "alert_once": "CREATE UNIQUE INDEX alert_once "
    "ON alert (group_key, fingerprint, starts_at, status)",
    "alert_of": "CREATE INDEX alert_of ON alert (fingerprint, starts_at)",
    "alert_age": "CREATE INDEX alert_age ON alert (last_at)",
    "delivery": """CREATE TABLE delivery (
    id INTEGER PRIMARY KEY, alert INTEGER NOT NULL, target TEXT NOT NULL, state TEXT NOT NULL,
    tries INTEGER NOT NULL, next_at REAL NOT NULL, first_at REAL NOT NULL, done_at REAL,
    error TEXT NOT NULL)""",
    "delivery_once": "CREATE UNIQUE INDEX delivery_once ON delivery (alert, target)",
    "delivery_due": "CREATE INDEX delivery_due ON delivery (state, next_at)",
    "acknowledgement": """CREATE TABLE acknowledgement (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, starts_at REAL NOT NULL,
    labels TEXT NOT NULL, since TEXT NOT NULL, user TEXT NOT NULL, comment TEXT NOT NULL,
    at REAL NOT NULL, ended_at REAL, pagerduty_at REAL)""",
    "acknowledgement_end": "CREATE INDEX acknowledgement_end ON acknowledgement (ended_at)",
    "fact": "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "presence": """CREATE TABLE presence (
    id INTEGER PRIMARY KEY, began_at REAL NOT NULL, until REAL NOT NULL)""",
}
_ADDED = {
    "withdrawal": "CREATE TABLE withdrawal (acknowledgement INTEGER PRIMARY KEY, "
    "user TEXT NOT NULL, at REAL NOT NULL)",
    "event": """CREATE TABLE event (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, at REAL NOT NULL, instance TEXT NOT NULL,
    receiver TEXT NOT NULL, integration TEXT NOT NULL)""",
    "event_at": "CREATE INDEX event_at ON event (at)",
    "event_alert": """CREATE TABLE event_alert (
    event INTEGER NOT NULL, fingerprint TEXT NOT NULL, firing INTEGER NOT NULL,
    PRIMARY KEY (event, fingerprint)) WITHOUT ROWID""",
    "event_labels": """CREATE TABLE event_labels (
    fingerprint TEXT PRIMARY KEY, labels TEXT NOT NULL) WITHOUT ROWID""",
    "muting": """CREATE TABLE muting (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL,
    note TEXT NOT NULL, began_at REAL NOT NULL, until REAL NOT NULL)""",
    "muting_of": "CREATE INDEX muting_of ON muting (fingerprint, source, until)",
    "muting_until": "CREATE INDEX muting_until ON muting (until)",
    "event_sign": """CREATE TABLE event_sign (
    id INTEGER PRIMARY KEY, instance TEXT NOT NULL, began_at REAL NOT NULL,
    until REAL NOT NULL)""",
}
TABLES = {**_FORMER, **_ADDED}


def migrate(db: sqlite3.Connection) -> None:
    """Add what version 1 lacks; what it has stays as it is."""
    db.execute("BEGIN IMMEDIATE")
    for statement in _ADDED.values():
        db.execute(statement)
    finish(db, LAYOUT)


LAYOUT = FileLayout(
    application_id=0x494F4E4A,
    versions={1: _FORMER, 2: TABLES},
    migrate=migrate,
    noun="journal",
    option="--storage.journal-file",
    loss="which has what was not delivered; a new journal begins now",
    failed="nothing of it was journaled, the sender tries again",
)
