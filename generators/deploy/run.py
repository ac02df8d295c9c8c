"""Does a deploy: every step in force and verified, or every file and server as it was before."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from exporter.errors import IonmonError
from generators.deploy import placing
from generators.deploy.evaluating import evaluated
from generators.deploy.in_force import before, differences
from generators.deploy.journal import (
    DeployJournal,
    DeployPhase,
    DeployState,
    StepJournal,
)
from generators.deploy.model import (
    DeployedServer,
    DeployStep,
    ServerState,
    StepOutcome,
    StepResult,
)
from generators.deploy.placing import make_directories, missing_directories, place, stage
from generators.deploy.record import DeployedRecord, DestinationFiles, is_same, url_of
from generators.deploy.reloading import reload, settled
from generators.deploy.restoring import Tell, put_all_back
from generators.deploy.rules_in_force import own_rules
from generators.deploy.stopping import StopAsked, stoppable
from generators.deploy.survey import StepSurvey, digest
from generators.plurals import counted

FILES, EVALUATION = "files", "evaluation"


class DeployFailed(IonmonError):
    """A step failed; the text says which, and whether all is as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRun:
    """What to do, where to keep note of it, and how long servers may take.

    record      of the last deploy
    texts       of the set, by path
    now         the Unix time
    patience    seconds for a server to take its files
    evaluation  seconds to wait for the first evaluation of the rules
    """

    steps: tuple[StepSurvey, ...]
    state: DeployState
    record: DeployedRecord
    texts: Mapping[str, str]
    now: float
    patience: float
    evaluation: float


def apply(run: DeployRun, tell: Tell) -> None:
    """Do all steps; `tell` hears of each. Raises DeployFailed, and StopAsked after a signal."""
    journal = _journal(run)
    with stoppable():
        try:
            _apply(run, journal, tell)
            journal = replace(journal, phase=DeployPhase.VERIFIED)
            run.state.begin(journal)
        except BaseException as error:
            # Whatever it is, a refusal, a signal or a defect: nothing may stay half done.
            left = put_all_back(journal, run.state, run.patience, tell)
            if isinstance(error, IonmonError):
                raise DeployFailed(f"{error}; {_outcome(left)}") from error
            if left:
                raise DeployFailed(f"stopped: {error!r}; {_outcome(left)}") from error
            raise
        complete(journal, run.state)


def keep_record(run: DeployRun) -> None:
    """Take files that are all as written already, such as copied ones, for those of a deploy."""
    record = _record_after(run)
    if record != run.record:
        run.state.copy(run.texts)
        run.state.finish(record)


def complete(journal: DeployJournal, at: DeployState) -> None:
    """Keep note of a verified deploy, and remove what was kept for putting it back."""
    at.finish(journal.record)
    for change in journal.changes:
        placing.clear(change)
    at.forget()


def _apply(run: DeployRun, journal: DeployJournal, tell: Tell) -> None:
    run.state.begin(journal)
    run.state.copy(run.texts)
    _told(FILES, tell, lambda: _staged(run, journal))
    for one, step in zip(run.steps, journal.steps, strict=True):
        if one.due:
            _told(step.name, tell, partial(_done, run, one, step))
        else:
            tell(StepResult(step.name, StepOutcome.SKIPPED, "is as written already"))
    changed = [one for one in run.steps if one.due and one.step.server and one.step.server.rules]
    if changed:
        _told(EVALUATION, tell, lambda: evaluated(changed, run.evaluation, run.patience))


def _told(step: str, tell: Tell, do: Callable[[], str]) -> None:
    """Do a step and tell of it; of one that fails before anything is put back."""
    try:
        text = do()
    except (Exception, StopAsked) as error:
        tell(StepResult(step, StepOutcome.FAILED, str(error) or type(error).__name__))
        raise
    tell(StepResult(step, StepOutcome.DONE, text))


def _staged(run: DeployRun, journal: DeployJournal) -> str:
    make_directories(journal.made)
    for one, step in zip(run.steps, journal.steps, strict=True):
        contents = {placing.real(path): content for path, content in one.step.contents.items()}
        for change in step.changes:
            stage(change, contents[change.path])
    return f"{counted(len(journal.changes), 'change')} ready beside the files, which are kept"


def _done(run: DeployRun, one: StepSurvey, step: StepJournal) -> str:
    for change in step.changes:
        place(change)
    server, contents = one.step.server, one.step.contents
    if server is None or one.found is None:
        return _counted(step)
    reload(server, one.found.reloaded_at, run.patience)
    found = settled(server, lambda found: differences(server, contents, found), run.patience)
    return f"{_counted(step)}, reloaded, verified: {_verified(server, found)}"


def _counted(step: StepJournal) -> str:
    gone = sum(change.new is None for change in step.changes)
    written = f"{counted(len(step.changes) - gone, 'file')} written"
    return f"{written}, {gone} removed" if gone else written


def _verified(server: DeployedServer, found: ServerState) -> str:
    if server.rules:
        return f"{counted(len(own_rules(server, found.rules)), 'rule')} loaded as written"
    return "its configuration is as written" if server.config else "it took its templates"


def _journal(run: DeployRun) -> DeployJournal:
    steps = tuple(_step_journal(one) for one in run.steps)
    paths = [change.path for step in steps for change in step.changes if change.new is not None]
    return DeployJournal(
        phase=DeployPhase.APPLYING,
        process=os.getpid(),
        begun=run.now,
        steps=steps,
        made=missing_directories(paths),
        record=_record_after(run),
    )


def _step_journal(one: StepSurvey) -> StepJournal:
    contents = one.step.contents
    return StepJournal(
        name=one.step.name,
        changes=one.changes,
        files=tuple(path for path, content in contents.items() if content is not None),
        gone=tuple(path for path, content in contents.items() if content is None),
        server=one.step.server,
        before=before(one.found) if one.found is not None else None,
    )


def _record_after(run: DeployRun) -> DeployedRecord:
    """Return the record with what this run writes; other destinations keep what they have."""
    mine = tuple(_destination_files(one.step) for one in run.steps)
    now = {path: known for of in mine for path, known in of.files.items()}
    gone = {str(change.path) for one in run.steps for change in one.changes if change.new is None}
    others = (
        replace(of, files={p: now.get(p, d) for p, d in of.files.items() if p not in gone})
        for of in run.record.files
        if not any(is_same(one.step, of) for one in run.steps)
    )
    files = (*(of for of in others if of.files), *mine)
    configs = {*run.record.configs, *(str(placing.real(path)) for path in _configs(run))}
    return DeployedRecord(files=files, configs=tuple(sorted(configs)))


def _destination_files(step: DeployStep) -> DestinationFiles:
    return DestinationFiles(
        step=step.name,
        url=url_of(step),
        place=str(placing.real(step.place)),
        files={
            str(placing.real(path)): str(digest(content))
            for path, content in step.contents.items()
            if content is not None
        },
    )


def _configs(run: DeployRun) -> list[Path]:
    servers = [one.step.server for one in run.steps if one.step.server is not None]
    return [server.config for server in servers if server.config is not None]


def _outcome(left: Sequence[str]) -> str:
    if not left:
        return "everything is as it was before"
    return "\n".join(("NOT everything could be put back:", *(f"  {text}" for text in left)))
