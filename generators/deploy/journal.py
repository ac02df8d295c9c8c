"""What a deploy keeps on disk: its journal while it works, then the record of what it wrote.

Each is replaced in one step. The journal is there before the first file is touched and gone after
the last one is cleared: whoever finds one finds a deploy that did not finish, and all it needs.
"""

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from exporter.errors import IonmonError
from generators import files
from generators.deploy.in_force import StateBefore
from generators.deploy.model import DeployedServer, FileChange
from generators.deploy.record import VERSION, DeployedRecord

_JOURNAL, _RECORD = "unfinished.json", "deployed.json"
_SET, _NEXT = "deployed", "next"  # folders
T = TypeVar("T", "DeployJournal", "DeployedRecord")


class DeployPhase(StrEnum):
    """How far a deploy is; one that is verified only has to be cleared."""

    APPLYING = "applying"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepJournal:
    """A step: the files that it changes, all files of the server, and what was in force before.

    gone  files that a server may not load any more
    """

    name: str
    changes: tuple[FileChange, ...]
    files: tuple[Path, ...]
    gone: tuple[Path, ...] = ()
    server: DeployedServer | None = None
    before: StateBefore | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployJournal:
    """A deploy that has begun.

    begun   its Unix time
    made    directories that it made
    record  what will be deployed once it is verified
    """

    version: int = VERSION
    phase: DeployPhase
    process: int
    begun: float
    steps: tuple[StepJournal, ...]
    made: tuple[Path, ...]
    record: DeployedRecord

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """Every file that it changes."""
        return tuple(change for step in self.steps for change in step.changes)


_JOURNALS: TypeAdapter[DeployJournal] = TypeAdapter(DeployJournal)
_RECORDS: TypeAdapter[DeployedRecord] = TypeAdapter(DeployedRecord)


@dataclass(frozen=True, slots=True)
class DeployState:
    """The directory of journal and record."""

    directory: Path

    @property
    def journal_path(self) -> Path:
        """Where the journal is."""
        return self.directory / _JOURNAL

    def journal(self) -> DeployJournal | None:
        """Return the deploy that did not finish; None where all have. Raises IonmonError."""
        text = _read(self.journal_path)
        return None if text is None else _parsed(_JOURNALS, text, self.journal_path)

    def record(self) -> DeployedRecord:
        """Return what was deployed last. Raises IonmonError."""
        path = self.directory / _RECORD
        text = _read(path)
        return DeployedRecord() if text is None else _parsed(_RECORDS, text, path)

    def recovery(self, how: str) -> str:
        """Return what to type to end a deploy that did not finish: back or finish."""
        where = shlex.quote(f"state_directory={self.directory}")
        return f"ionmon deploy --recover {how} --set {where}"

    @property
    def deployed(self) -> Path:
        """The root of a copy of the set that was deployed last, for differences by meaning."""
        return self.directory / _SET

    def make(self) -> None:
        """Make the directory. Raises IonmonError."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(self.directory, error) from error

    def check_there(self) -> None:
        """Raise IonmonError for a directory that is not there: no deploy has worked with it."""
        if not self.directory.is_dir():
            fix = "name that of the deploy with --root, --config or --set state_directory=…"
            raise IonmonError(f"{self.directory}: is not there, so no deploy was begun; {fix}")

    def begin(self, journal: DeployJournal) -> None:
        """Write the journal: from here on, an end without `forget` is noticed."""
        _write(self.journal_path, _JOURNALS.dump_json(journal, indent=1))

    def copy(self, texts: Mapping[str, str]) -> None:
        """Keep a copy of the set that is being deployed."""
        self._drop(_NEXT)
        try:
            files.write(self.directory / _NEXT, texts)
        except OSError as error:
            raise _unusable(self.directory / _NEXT, error) from error

    def finish(self, record: DeployedRecord) -> None:
        """Have what was deployed in the record; done before, it changes nothing."""
        _write(self.directory / _RECORD, _RECORDS.dump_json(record, indent=1))
        if (self.directory / _NEXT).exists():
            self._drop(_SET)
            (self.directory / _NEXT).rename(self.directory / _SET)

    def forget(self) -> None:
        """Remove the journal, and the copy of what was not deployed: nothing is left to do."""
        self._drop(_NEXT)
        self.journal_path.unlink(missing_ok=True)

    def _drop(self, name: str) -> None:
        shutil.rmtree(self.directory / name, ignore_errors=True)


def _parsed(adapter: TypeAdapter[T], text: bytes, path: Path) -> T:
    try:
        found = adapter.validate_json(text)
    except ValidationError as error:
        raise _foreign(path) from error
    if found.version != VERSION:
        raise _foreign(path)
    return found


def _foreign(path: Path) -> IonmonError:
    return IonmonError(
        f"{path}: is not of this version of ionmon; use the one that wrote it, or look at the "
        "files that it names, and remove it"
    )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, error) from error


def _write(path: Path, content: bytes) -> None:
    """Replace a file in one step, on the disk before it is in place; the caller has the lock."""
    new = path.with_name(f"{path.name}.new")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> IonmonError:
    fix = "set deploy.state_directory to a directory that this user may write"
    return IonmonError(f"{path}: {error.strerror}; {fix}")
