"""ionmon deploy: puts a generated set in force on this machine, whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from exporter.clock import WallClock
from exporter.commands.flag_types import Duration
from exporter.commands.options import CONFIG
from exporter.commands.terminal import progress
from exporter.errors import IonmonError
from exporter.settings import deploy_directory
from exporter.settings.deploy import DEBIAN_EXAMPLE
from generators import difference
from generators.commands.deploy_additions import print_additions
from generators.commands.deploy_check import checked
from generators.commands.deploy_options import DeployOptions, GivenDeploy, given, settings_alone
from generators.commands.deploy_output import DeployOutput
from generators.deploy import recovery
from generators.deploy.journal import DeployJournal, DeployPhase, DeployState
from generators.deploy.lock import locked
from generators.deploy.placing import real
from generators.deploy.planned import STEPS, planned
from generators.deploy.run import DeployRun, apply, keep_record
from generators.deploy.survey import StepSurvey, survey

HELP = """Put generated files in force on this machine's servers. Without --apply, only print what
would change.

\b
  ionmon deploy --root deployed                     check, and print what would change
  ionmon deploy --root deployed --apply             change it, verify it
  ionmon deploy --root deployed --only alertmanager --apply
  ionmon deploy --root deployed --set prometheus.config_file=/etc/prometheus/prometheus.yml
  ionmon deploy --root deployed --show-additions /etc/prometheus/prometheus.yml
  ionmon deploy --root deployed --recover back      after a deploy that was killed

`deploy` in monitoring.yaml says where each server reads its files and how it is reloaded. The set
is checked as by `ionmon check`. Then each server gets its files and reads them. Its API has to
confirm what is in force: the configuration, every rule with its expression, `for` and labels, and
that the rules work. If a step fails, or if Ctrl-C stops it, all files are put back, the servers
read them again, and that is verified as well.

A second run has nothing to do: it touches no file and reloads nothing. Files of others are left
alone. A file that somebody changed or removed by hand is named; only --overwrite replaces it.

Exit code 1 if something failed or is refused; the message says what is in which state.
"""

_NOWHERE = "\n".join(
    (
        "nothing says where servers read their files; set `deploy` in monitoring.yaml, on Debian:",
        "deploy:",
        *(f"  {line}" for line in DEBIAN_EXAMPLE),
        (
            "then write the files again: ionmon configs. Or use --set, such as "
            "--set prometheus.config_file=/etc/prometheus/prometheus.yml"
        ),
    )
)


@click.command("deploy", help=HELP)
@CONFIG
@click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Directory that `ionmon configs` wrote to. Default: here.",
)
@click.option("--apply", is_flag=True, help="Put the files in force.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(STEPS),
    help="Deploy to this one alone; repeatable.",
)
@click.option(
    "--set",
    "values",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override a key below `deploy`, such as prometheus.url=http://127.0.0.1:9090; repeatable.",
)
@click.option(
    "--replica",
    default="",
    metavar="NAME",
    help="Which of prometheus.replicas runs here. Default: the first.",
)
@click.option(
    "--overwrite", is_flag=True, help="Replace files that somebody changed or removed by hand."
)
@click.option("--offline", is_flag=True, help="Check the set without promtool and amtool.")
@click.option(
    "--wait",
    type=Duration(),
    default="70s",
    show_default=True,
    metavar="DURATION",
    help="Time to wait for the first evaluation of new rules.",
)
@click.option(
    "--timeout",
    type=Duration(),
    default="30s",
    show_default=True,
    metavar="DURATION",
    help="Time that a server may take to have its files in force.",
)
@click.option(
    "--recover",
    type=click.Choice(("back", "finish")),
    help="End a deploy that was killed: put everything back, or do what was left.",
)
@click.option(
    "--show-additions",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    metavar="FILE",
    help="Print what your own prometheus.yml or alertmanager.yml lacks, as a patch.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
def command(**options: Any) -> None:  # noqa: ANN401 - options by name
    """Show, deploy, or end what did not finish."""
    chosen = DeployOptions(**options)
    if chosen.show_additions is not None:
        print_additions(given(chosen), chosen, chosen.show_additions)
        return
    output = DeployOutput(as_json=chosen.as_json, quiet=chosen.quiet, applied=chosen.apply)
    with output:
        if chosen.recover:
            _recover(DeployState(deploy_directory(settings_alone(chosen))), chosen, output)
            return
        found = given(chosen)
        at = DeployState(deploy_directory(found.settings))
        if chosen.apply:
            _deploy(found, at, chosen, output)
        else:
            _refuse_unfinished(at)
            _show(_surveyed(found, at, chosen, output), chosen, output)


def _deploy(
    found: GivenDeploy, at: DeployState, chosen: DeployOptions, output: DeployOutput
) -> None:
    at.make()
    with locked((at.directory,)):  # before the journal is read: its deploy may still work
        _clear_verified(at)
        _refuse_unfinished(at)
        steps = _surveyed(found, at, chosen, output)
        _refuse_by_hand(steps, chosen)
        run = DeployRun(
            steps=steps,
            state=at,
            record=at.record(),
            texts=found.written.texts,
            now=WallClock().now(),
            patience=chosen.timeout,
            evaluation=chosen.wait,
        )
        if not any(one.due for one in steps):
            keep_record(run)
            output.result("nothing to do", "everything is in force as written")
            return
        with _all_locked(steps, at), progress("deploying", shown=not chosen.quiet) as bar:
            apply(run, output.telling(bar))
        output.result("deployed", "everything is in force and verified")
        output.hint_grafana(found, steps)


def _surveyed(
    found: GivenDeploy, at: DeployState, chosen: DeployOptions, output: DeployOutput
) -> tuple[StepSurvey, ...]:
    """Check the set, and say what differs from what is in force."""
    steps = planned(found.written.texts, found.settings, chosen.replica)
    steps = tuple(step for step in steps if not chosen.only or step.name in chosen.only)
    if not steps:
        raise IonmonError(_NOWHERE)
    output.tell(checked(found, chosen))
    surveyed = survey(steps, at.record(), chosen.timeout)
    output.changes(surveyed, _differences(found, at))
    return surveyed


def _differences(found: GivenDeploy, at: DeployState) -> tuple[str, ...]:
    if not difference.is_known(at.deployed):
        return ("nothing was deployed from here before",)
    return tuple(difference.changes(at.deployed, found.written.texts))


def _show(steps: tuple[StepSurvey, ...], chosen: DeployOptions, output: DeployOutput) -> None:
    output.would(steps)
    _refuse_by_hand(steps, chosen)
    if any(one.due for one in steps):
        output.result("would change", "nothing was changed; use --apply to do it")
    else:
        output.result("nothing to do", "everything is in force as written")


def _refuse_by_hand(steps: tuple[StepSurvey, ...], chosen: DeployOptions) -> None:
    found = [text for one in steps for text in one.by_hand]
    if found and not chosen.overwrite:
        listed = "\n".join(f"  {text}" for text in found)
        raise IonmonError(f"these would be replaced; use --overwrite to do it:\n{listed}")


def _refuse_unfinished(at: DeployState) -> None:
    journal = at.journal()
    if journal is not None and journal.phase is DeployPhase.APPLYING:
        raise IonmonError(recovery.unfinished(journal, at))


def _clear_verified(at: DeployState) -> None:
    """Clear what a deploy was killed over after all was verified."""
    journal = at.journal()
    if journal is not None and journal.phase is DeployPhase.VERIFIED:
        with _journal_locked(journal):
            recovery.finish(journal, at, 0, lambda _: None)


def _recover(at: DeployState, chosen: DeployOptions, output: DeployOutput) -> None:
    at.check_there()
    with locked((at.directory,)):
        journal = at.journal()
        if journal is None:
            output.result("nothing to do", f"{at.directory}: every deploy from here has finished")
            return
        with _journal_locked(journal):
            if chosen.recover == "back" and journal.phase is DeployPhase.APPLYING:
                recovery.put_back(journal, at, chosen.timeout, output.tell)
                output.result("put back", "everything is as it was before that deploy")
            else:
                recovery.finish(journal, at, chosen.timeout, output.tell)
                output.result("finished", "everything is in force and verified")


@contextmanager
def _journal_locked(journal: DeployJournal) -> Iterator[None]:
    with locked({change.path.parent for change in journal.changes}):
        yield


@contextmanager
def _all_locked(steps: tuple[StepSurvey, ...], at: DeployState) -> Iterator[None]:
    """Lock every directory that is written to; that of the state is locked already."""
    paths = {real(file.path).parent for one in steps for file in one.step.files}
    with locked(paths - {real(at.directory)}):
        yield
