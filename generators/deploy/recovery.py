"""Ends a deploy that was killed: puts everything back, or does what was left to do."""

from dataclasses import replace
from pathlib import Path

from exporter.clock import steady
from exporter.errors import IonmonError
from generators.deploy.in_force import differences
from generators.deploy.journal import DeployJournal, DeployPhase, DeployState, StepJournal
from generators.deploy.model import StepOutcome, StepResult
from generators.deploy.placing import check_ready, place
from generators.deploy.reloading import reload, settled
from generators.deploy.restoring import Tell, put_all_back
from generators.deploy.run import DeployFailed, complete
from generators.deploy.state import last_reload
from generators.deploy.stopping import stoppable


def unfinished(journal: DeployJournal, at: DeployState) -> str:
    """Return what to say to somebody who deploys while a journal is there."""
    return (
        f"a deploy of process {journal.process} did not finish; put everything back as it was, or "
        f"do what was left:\n  {at.recovery('back')}\n  {at.recovery('finish')}"
    )


def put_back(journal: DeployJournal, at: DeployState, patience: float, tell: Tell) -> None:
    """Put everything back as it was before the deploy. Raises DeployFailed."""
    left = put_all_back(journal, at, patience, tell)
    if left:
        raise DeployFailed("\n".join(("NOT everything could be put back:", *left)))


def finish(journal: DeployJournal, at: DeployState, patience: float, tell: Tell) -> None:
    """Do what was left to do. Raises DeployFailed; then everything can still be put back."""
    with stoppable():
        if journal.phase is DeployPhase.APPLYING:
            _check_ready(journal, at)
            for step in journal.steps:
                _do(step, at, patience, tell)
        verified = replace(journal, phase=DeployPhase.VERIFIED)
        at.begin(verified)
        complete(verified, at)


def _check_ready(journal: DeployJournal, at: DeployState) -> None:
    """Raise DeployFailed before anything is touched where not all can be done, and undone."""
    try:
        for change in journal.changes:
            check_ready(change)
    except IonmonError as error:
        raise DeployFailed(_instead(error, at)) from error


def _instead(error: IonmonError, at: DeployState) -> str:
    return f"{error}; put everything back with: {at.recovery('back')}"


def _do(step: StepJournal, at: DeployState, patience: float, tell: Tell) -> None:
    try:
        tell(StepResult(step.name, StepOutcome.DONE, _finished(step, patience)))
    except IonmonError as error:
        tell(StepResult(step.name, StepOutcome.FAILED, str(error)))
        raise DeployFailed(_instead(error, at)) from error


def _finished(step: StepJournal, patience: float) -> str:
    for change in step.changes:
        place(change)
    server = step.server
    if server is None:
        return "files written"
    contents = _contents(step)
    reload(server, last_reload(server, steady() + patience)[0], patience)
    settled(server, lambda found: differences(server, contents, found), patience)
    return "files written, reloaded, verified"


def _contents(step: StepJournal) -> dict[Path, bytes | None]:
    try:
        return {**{path: path.read_bytes() for path in step.files}, **dict.fromkeys(step.gone)}
    except OSError as error:
        raise DeployFailed(f"{error.filename}: cannot be read: {error.strerror}") from error
