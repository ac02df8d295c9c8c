"""Writes proposed thresholds into monitoring.yaml: all of them, or none."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import IonmonError, SettingsError
from exporter.settings import load
from generators.alert_table import ThresholdAlert
from generators.limits import shown
from generators.policy import policy
from generators.tuning.candidates import CandidateStatus
from generators.tuning.settings_edits import SettingsEdit, edited
from generators.tuning.tuned import TunedAlert


@dataclass(frozen=True, slots=True)
class NotApplied:
    """An alert whose proposal is not written, and the flag that would write it."""

    alert: str
    why: str


def withheld(
    alerts: Iterable[TunedAlert], *, lost: bool, provisional: bool
) -> Iterator[tuple[TunedAlert, NotApplied]]:
    """Yield the proposals that the flags do not allow."""
    for one in alerts:
        if one.candidate.status is CandidateStatus.PROPOSED:
            title = one.candidate.rule.title
            if one.lost and not lost:
                names = ", ".join(each.id for each in one.lost)
                yield one, NotApplied(title, f"would lose {names}; --allow-lost writes it")
            elif one.quality is not None and one.quality.provisional and not provisional:
                why = f"is provisional, from {one.quality.provisional}; --provisional writes it"
                yield one, NotApplied(title, why)


def edits(alerts: Iterable[TunedAlert]) -> Iterator[SettingsEdit]:
    """Yield what has to be set for the proposals of alerts."""
    for one in alerts:
        row, threshold = one.candidate.rule.source, one.candidate.threshold
        if isinstance(row, ThresholdAlert) and threshold is not None and one.proposed is not None:
            value, own = shown(threshold, row.signal.unit), ("alerts", row.name, "threshold")
            services = one.candidate.rule.services
            paths = [("services", name, *own) for name in services] if services else [own]
            yield from (SettingsEdit(path, value) for path in paths)


def apply(path: Path, changes: Iterable[SettingsEdit]) -> None:
    """Set values in a settings file. Raises IonmonError, and leaves the file as it was.

    The new text is loaded beside the old one first, since paths in it are relative to its place.
    """
    place = path.resolve()
    text = _text(place)
    descriptor, name = tempfile.mkstemp(prefix=f".{place.stem}-", suffix=".yaml", dir=place.parent)
    new = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(edited(text, tuple(changes)))
            file.flush()
            os.fsync(file.fileno())
        _check(new, path)
        new.chmod(place.stat().st_mode & 0o7777)
        new.replace(place)
    except OSError as error:
        raise IonmonError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        with suppress(FileNotFoundError):
            new.unlink()


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except OSError as error:
        raise IonmonError(f"{path}: cannot be read: {error.strerror}") from error


def _check(new: Path, path: Path) -> None:
    try:
        policy(load(new))
    except SettingsError as error:
        text = str(error).replace(str(new), str(path))
        raise SettingsError(
            f"{path} stays as it is; with the proposals it would be wrong:\n{text}"
        ) from error
