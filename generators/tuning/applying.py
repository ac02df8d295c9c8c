"""Writes proposed thresholds into monitoring.yaml: all of them, or none."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import IonmonError, SettingsError
from exporter.settings import load
from generators.limits import shown
from generators.policy import policy
from generators.tuning.change_wording import named
from generators.tuning.firing_days import met
from generators.tuning.settings_edits import SettingsEdit, edited
from generators.tuning.tuned import Tuning
from generators.tuning.tuned_alert import TunedAlert


@dataclass(frozen=True, slots=True)
class NotApplied:
    """An alert whose proposal is not written, and why."""

    alert: TunedAlert
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What may be written, too: what loses an incident, and what few days say."""

    lost: bool
    provisional: bool


def not_applied(tuning: Tuning, allowed: Allowed) -> tuple[NotApplied, ...]:
    """Return the proposals that are not written.

    Alerts on one signal go together: one of them alone could end up beyond a more urgent one.
    """
    proposed = [one for one in tuning.alerts if one.proposed is not None]
    found = [
        NotApplied(one, why)
        for one in proposed
        if (why := next(_reasons(one, tuning, allowed), ""))
    ]
    held = {_signal(each.alert): _title(each.alert) for each in found}
    apart = {_title(each.alert) for each in found}
    with_ = [
        NotApplied(one, f"goes with {held[_signal(one)]}")
        for one in proposed
        if _title(one) not in apart and _signal(one) in held
    ]
    return (*found, *with_)


def _signal(one: TunedAlert) -> str:
    return dict(one.candidate.rule.labels)["signal"]


def _title(one: TunedAlert) -> str:
    return one.candidate.rule.title


def _reasons(one: TunedAlert, tuning: Tuning, allowed: Allowed) -> Iterator[str]:
    """Yield what speaks against writing a proposal."""
    if not allowed.lost:
        unseen = met(
            [each for each in tuning.incidents if each.id in tuning.unseen], one.firings[0]
        )
        lost = [each for each in tuning.incidents if each in one.lost or each.id in unseen]
        if lost:
            yield f"would no longer catch {named(lost)}; --allow-lost writes it"
        if not tuning.known and not one.candidate.is_stricter:
            yield (
                "no incident is known, so days with one look like others; name them by "
                "--incidents, or write it by --allow-lost"
            )
    if not allowed.provisional and one.quality is not None and one.quality.provisional:
        yield f"is provisional, {one.quality.provisional}; --provisional writes it"


def edits(alerts: Iterable[TunedAlert], every: Iterable[TunedAlert]) -> Iterator[SettingsEdit]:
    """Yield what has to be set for the proposals of alerts.

    every  the forms of all alerts: one that keeps its number is given it where it would inherit
           another one
    """
    applied = [one for one in alerts if one.candidate.row is not None]
    titles = {_title(one) for one in applied}
    common = {one.candidate.rule.alert for one in applied if not one.candidate.rule.services}
    for one in applied:
        yield from _set(one)
    for one in every:
        rule = one.candidate.rule
        if rule.services and rule.alert in common and rule.title not in titles:
            yield from _set(one)


def _set(one: TunedAlert) -> Iterator[SettingsEdit]:
    """Yield the edits that give an alert the number that results for it."""
    row, rule = one.candidate.row, one.candidate.rule
    if row is None:
        return
    new = one.candidate.threshold if one.proposed is not None else row.threshold
    if new is None:
        return
    value, own = shown(new, row.signal.unit), ("alerts", row.name, "threshold")
    paths = [("services", name, *own) for name in rule.services] if rule.services else [own]
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
