"""Keeps the memory of an application in the state file: one transaction before it is exposed.

Each row has a checksum. A damaged row is refused with the whole application: counting goes on from
what Redis has, which may be lower, but is never another number.
"""

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from exporter.application.families import SchemaKey
from exporter.application.memory import Epoch, Memory
from exporter.application.state import Schema
from exporter.cloud_monitoring.state_schema import opened, sealed, select
from exporter.recorder.layout import SEPARATOR, VERSIONS, shape

log = logging.getLogger("ionmon.state")

_WRITE = """
INSERT INTO application_mark (application, kind, name, value, risen, crc) VALUES (?,?,?,?,?,?)
ON CONFLICT (application, kind, name) DO UPDATE
    SET value = excluded.value, risen = excluded.risen, crc = excluded.crc"""
_DELETE = "DELETE FROM application_mark WHERE application = ? AND kind = ? AND name = ?"
_READ = select("application_mark", "WHERE application = ?")
TOTAL, SEQ, SCHEMA, EPOCH, PAST, UNSEEN = "total", "seq", "schema", "epoch", "past", "unseen"
GENERATION = "generation"
SERVER, NO_VERSION = "server", "0"  # earlier programs pass over rows of a version they do not know

MINUTE = 60.0  # seconds

Place = tuple[str, str]  # kind, name


class Content(NamedTuple):
    """The content of a row: text, and a time."""

    value: str
    risen: float = 0.0


class StateFile(Protocol):
    """The state file, as this module uses it."""

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """Return a connection within a transaction. Raises StateError."""


class MarksStore:
    """Loads and saves memories by application; only rows that changed are written."""

    def __init__(self, file: StateFile) -> None:
        self._file = file
        self._written: dict[str, dict[Place, Content]] = {}

    def load(self, application: str, now: float) -> Memory:
        """Return the memory of an application, a new one where there is none. Raises StateError."""
        with self._file.transaction() as db:
            rows = db.execute(_READ, (application,)).fetchall()
        try:
            found = {
                (kind, name): Content(value, risen)
                for _, kind, name, value, risen in map(opened, rows)
            }
            memory = _memory(found, now)
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            log.error(  # noqa: TRY400 - the cause is in the message
                "%s: its rows in the state file are damaged (%s); counting goes on from Redis",
                application,
                error,
            )
            self.clear(application)
            found, memory = {}, Memory()
        self._written[application] = {k: v for k, v in found.items() if k[0] != TOTAL}
        return memory

    def save(self, application: str, memory: Memory) -> None:
        """Write what changed since the last time. Raises StateError, and then nothing is lost."""
        marks, written = memory.marks, self._written.setdefault(application, {})
        risen, gone = dict(marks.risen), set(marks.gone)
        current = dict(_small(memory))
        changed = {k: v for k, v in current.items() if written.get(k) != v}
        removed = [k for k in written if k not in current]
        if not (risen or gone or changed or removed):
            return
        rows = [
            *(((TOTAL, _name(*key)), Content(repr(m.value), m.risen)) for key, m in risen.items()),
            *changed.items(),
        ]
        deleted = [*removed, *((TOTAL, _name(*key)) for key in gone)]
        with self._file.transaction() as db:
            db.executemany(_DELETE, ((application, *place) for place in deleted))
            db.executemany(_WRITE, _rows(application, rows))
        marks.saved(risen, gone)
        self._written[application] = current

    def clear(self, application: str) -> None:
        """Forget an application. Raises StateError."""
        with self._file.transaction() as db:
            db.execute("DELETE FROM application_mark WHERE application = ?", (application,))
        self._written.pop(application, None)


def _rows(application: str, rows: Iterable[tuple[Place, Content]]) -> Iterator[tuple[object, ...]]:
    for (kind, name), content in rows:
        yield sealed((application, kind, name, *content))


def _name(version: int, *words: str) -> str:
    return SEPARATOR.join((str(version), *words))


def _small(memory: Memory) -> Iterator[tuple[Place, Content]]:
    """Yield all rows but those of totals."""
    for version, epoch in memory.epochs.items():
        if epoch.name:
            yield from _of_epoch(version, epoch)
    for key, schema in memory.schemas.items():
        place = SCHEMA, _name(key.version, key.family, key.digest)
        yield place, Content(schema.shape.written(), schema.at)
    if memory.server:
        yield (SERVER, NO_VERSION), Content(memory.server)
    for series in memory.unseen:
        yield (UNSEEN, json.dumps(series)), Content("")


def _of_epoch(version: int, epoch: Epoch) -> Iterator[tuple[Place, Content]]:
    text = json.dumps([epoch.name, epoch.created, epoch.forgotten])
    # By the minute: an idle application is not written at each poll.
    yield (EPOCH, _name(version)), Content(text, epoch.read // MINUTE * MINUTE)
    for name in epoch.past:
        yield (PAST, _name(version, name)), Content("")
    for name in epoch.generations:
        yield (GENERATION, _name(version, name)), Content("")
    for instance, number in epoch.seqs.items():
        yield (SEQ, _name(version, instance)), Content(str(number))


def _memory(rows: Mapping[Place, Content], now: float) -> Memory:
    """Return the memory in the rows. Raises ValueError where a row is none of ours."""
    memory = Memory(first=not rows)
    for (kind, name), (value, risen) in rows.items():
        if kind == UNSEEN:
            family, pairs = json.loads(name)
            memory.unseen[family, tuple((label, text) for label, text in pairs)] = now
            continue
        if kind == SERVER:
            memory.server = value
            continue
        number, *words = name.split(SEPARATOR)
        version = int(number)
        if version not in VERSIONS:
            continue
        if kind == TOTAL:
            memory.marks.add(version, SEPARATOR.join(words), float(value), risen)
        elif kind == SCHEMA:
            key = SchemaKey(version, SEPARATOR.join(words[:-1]), words[-1])
            memory.schemas[key] = Schema(shape(value), risen)
        else:
            _read_epoch(memory.epoch(version), kind, SEPARATOR.join(words), Content(value, risen))
    return memory


def _read_epoch(epoch: Epoch, kind: str, name: str, content: Content) -> None:
    if kind == SEQ:
        epoch.seqs[name] = int(content.value)
    elif kind == PAST:
        epoch.past.add(name)
    elif kind == GENERATION:
        epoch.generations.add(name)
    elif kind == EPOCH:
        epoch.name, epoch.created, epoch.forgotten = json.loads(content.value)
        epoch.read = content.risen
