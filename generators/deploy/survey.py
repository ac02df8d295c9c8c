"""What a deploy would do: each file that differs, what somebody changed, what is in force."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from exporter.clock import steady
from exporter.errors import IonmonError
from generators.deploy.asking import TIMEOUT
from generators.deploy.in_force import differences
from generators.deploy.model import DeployStep, FileChange, PlannedFile, ServerState
from generators.deploy.placing import digest_of, real
from generators.deploy.record import DeployedRecord
from generators.deploy.state import check_lifecycle, state


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSurvey:
    """A step as it would be done.

    changes    the files that differ
    by_hand    those of them that a deploy did not write as they are, each with the reason
    left       files of another destination near it, which nobody removes
    found      what the server has in force
    different  what of that is not as the files will say
    """

    step: DeployStep
    changes: tuple[FileChange, ...]
    by_hand: tuple[str, ...]
    left: tuple[Path, ...] = ()
    found: ServerState | None = None
    different: tuple[str, ...] = ()

    @property
    def due(self) -> bool:
        """Whether there is something to do."""
        return bool(self.changes or self.different)


def survey(
    steps: Sequence[DeployStep], record: DeployedRecord, patience: float = TIMEOUT
) -> tuple[StepSurvey, ...]:
    """Return what would be done. Raises IonmonError for a server that cannot be asked.

    patience  seconds that a server may take to answer
    """
    every = [_with_gone(step, steps, record) for step in steps]
    _check_once_each(every)
    paths = _planned(steps)
    return tuple(_surveyed(step, record, paths, patience) for step in every)


def digest(content: bytes | None) -> str | None:
    """Return the SHA-256 of a content, None where there is none."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def _with_gone(step: DeployStep, steps: Sequence[DeployStep], record: DeployedRecord) -> DeployStep:
    """Return a step with the files that were written for it once and belong to no step now."""
    kept = {*_planned(steps), *map(Path, record.configs)}
    more = [PlannedFile(path=path, content=None) for path in sorted(record.own(step) - kept)]
    server = step.server
    if server is not None:
        others = record.others(step) - _planned([step])
        server = replace(server, others=tuple(sorted(others)))
    return replace(step, files=(*step.files, *more), server=server)


def _planned(steps: Sequence[DeployStep]) -> frozenset[Path]:
    return frozenset(real(file.path) for one in steps for file in one.files)


def _check_once_each(steps: Sequence[DeployStep]) -> None:
    owners: dict[Path, str] = {}
    for step in steps:
        for path in (real(file.path) for file in step.files):
            if path in owners:
                text = f"{path} would be a file of {owners[path]} and of {step.name}"
                raise IonmonError(f"{text}; give each its own path below deploy")
            owners[path] = step.name


def _surveyed(
    step: DeployStep, record: DeployedRecord, kept: frozenset[Path], patience: float
) -> StepSurvey:
    changes = tuple(_changes(step))
    files = StepSurvey(
        step=step,
        changes=changes,
        by_hand=tuple(_by_hand(changes, record)),
        left=tuple(sorted(path for path in record.left(step) - kept if path.exists())),
    )
    if step.server is None:
        return files
    end = steady() + patience
    found = state(step.server, end)
    check_lifecycle(step.server, end)
    different = tuple(differences(step.server, step.contents, found))
    return replace(files, found=found, different=different)


def _changes(step: DeployStep) -> Iterator[FileChange]:
    for file in step.files:
        path = real(file.path)
        old, new = digest_of(path), digest(file.content)
        if old != new:
            yield FileChange(path=path, old=old, new=new)


def _by_hand(changes: Sequence[FileChange], record: DeployedRecord) -> Iterator[str]:
    for change in changes:
        known = record.known(change.path)
        if change.old != known:
            yield f"{change.path}: {_what_happened(change, known)}"


def _what_happened(change: FileChange, known: str | None) -> str:
    if change.old is None:
        return "was removed since the last deploy"
    return "was changed since the last deploy" if known else "is not of a deploy"
