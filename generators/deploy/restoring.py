"""Puts everything back as it was before a deploy: files first, then servers, each verified."""

from collections.abc import Callable, Iterator

from exporter.clock import steady
from exporter.errors import IonmonError
from generators.deploy import placing, reloading
from generators.deploy.in_force import StateBefore, not_as_before
from generators.deploy.journal import DeployJournal, DeployState, StepJournal
from generators.deploy.model import DeployedServer, StepOutcome, StepResult
from generators.deploy.reloading import reload, settled
from generators.deploy.state import last_reload
from generators.deploy.stopping import unstoppable

PUT_BACK = "put back"
Tell = Callable[[StepResult], None]


def put_all_back(
    journal: DeployJournal, at: DeployState, patience: float, tell: Tell
) -> tuple[str, ...]:
    """Put everything back; return what could not be, with what to type. Nothing interrupts it.

    The journal goes where all is as it was, and stays otherwise.
    """
    wait = StepResult(PUT_BACK, StepOutcome.SKIPPED, "all is put back first, then it ends")
    with unstoppable(lambda: tell(wait)):
        left = [*_files(journal, tell)]
        if not left:
            tell(StepResult(PUT_BACK, StepOutcome.DONE, "every file is as it was"))
        left += _servers(journal, patience, tell)
        if left:
            return (*left, f"Do what is to be typed, then: {at.recovery('back')}")
        placing.remove_directories(journal.made)
        at.forget()
        return ()


def _files(journal: DeployJournal, tell: Tell) -> Iterator[str]:
    for change in reversed(journal.changes):
        try:
            note = placing.put_back(change)
        except IonmonError as error:
            yield str(error)
        else:
            if note:
                tell(StepResult(PUT_BACK, StepOutcome.SKIPPED, note))


def _servers(journal: DeployJournal, patience: float, tell: Tell) -> Iterator[str]:
    for step in reversed(journal.steps):
        if step.server is None or step.before is None:
            continue
        try:
            text = _restored(step.server, step.before, patience)
        except IonmonError as error:
            tell(StepResult(step.name, StepOutcome.FAILED, str(error)))
            yield _left(step, step.server, error)
        else:
            tell(StepResult(step.name, StepOutcome.DONE, text))


def _restored(server: DeployedServer, then: StateBefore, patience: float) -> str:
    """Have a server as it was; one that never took the new files is not disturbed."""
    settled(server, lambda _: (), patience)
    at, ok = last_reload(server, steady() + patience)
    text = "as before: it had not read the new files"
    if (at, ok) != (then.reloaded_at, then.reload_ok) or not ok:
        reload(server, at, patience)
        text = "put back, reloaded, verified: as before"
    settled(server, lambda found: not_as_before(then, found), patience)
    return text


def _left(step: StepJournal, server: DeployedServer, error: IonmonError) -> str:
    whole = all(placing.digest_of(change.path) == change.old for change in step.changes)
    files = "its files are as before" if whole else "not all of its files are as before"
    return f"{step.name}: {error}; {files}; {reloading.by_hand(server)}"
