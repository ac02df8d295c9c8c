"""Every command that a document names exists, with these arguments; what is not run is listed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from exporter.catalog import prometheus_flags
from exporter.cli import cli
from generators.command_reference import contexts
from tests.docs.reading import ROOT, DocumentedCommand, commands, documents, spans, typed

# Programs of others, and why their commands are not run here.
ELSEWHERE = {
    "alertmanager": "runs until it is stopped; tests/generators/alertmanager/test_live.py does",
    "apt": "changes the machine",
    "cd": "is part of the command after it",
    "chmod": "has paths of the reader's machine",
    "curl": "needs a server that runs; tests/exporter/web asks it",
    "docker": "is not on every machine",
    "gcloud": "needs an account at Google",
    "git": "changes the reader's checkout",
    "grep": "filters what another command prints",
    "head": "filters what another command prints",
    "htpasswd": "asks for a password at a terminal",
    "install": "writes to the machine",
    "kill": "needs a process of the reader's",
    "sed": "filters what another command prints",
    "sort": "filters what another command prints",
    "uniq": "filters what another command prints",
    "amtool": "needs an Alertmanager that runs; tests/generators/runbooks tries silences",
    "jq": "filters what another command prints",
    "kubectl": "needs a cluster of Kubernetes",
    "patch": "changes a file of the reader's; tests/generators/deploy/additions applies it",
    "pip": "needs a network; tests/test_wheel.py installs both distributions",
    "prometheus": "runs until it is stopped; tests/e2e/test_prometheus.py does",
    "promtool": "needs the data of the reader's Prometheus",
    "psql": "needs the reader's database",
    "sh": "needs an account at Google; tests/generators/test_log_metrics.py reads the script",
    "sudo": "changes the machine",
    "systemctl": "changes the machine",
    "terraform": "needs providers from the network",
}
# Commands of ionmon that are run as they are documented; all are parsed.
RUN = ("configs",)
NOT_RUN = {
    "ack": "needs a bridge; tests/exporter/commands/test_ack.py runs it",
    "alerts": "needs a bridge; tests/exporter/commands/test_ack.py runs it",
    "analyze": "needs a Prometheus; tests/generators/commands/test_analyze.py runs it",
    "bridge": "runs until it is stopped; tests/exporter/bridge/test_program.py does",
    "application": "needs a Redis; tests/docs/test_redis_acl.py runs it",
    "backfill": "needs an account at Google; tests/exporter/backfill/test_run.py runs it",
    "check": "needs minutes; tests/generators/commands/test_check.py runs it",
    "completion": "is run by tests/exporter/commands/test_completion.py",
    "diff": "needs two sets; tests/generators/commands/test_diff.py runs it",
    "digest": "needs a Prometheus; tests/exporter/commands/test_digest.py runs it",
    "deploy": "needs servers; tests/generators/commands/test_deploy.py runs it",
    "report": "needs a Prometheus; tests/generators/commands/test_report.py runs it",
    "explain": "needs an alert that fires; tests/exporter/commands/test_explain.py has one",
    "doctor": "needs an account at Google; tests/docs/test_redis_acl.py runs it on a Redis",
    "drill": "needs an Alertmanager; tests/exporter/drill/test_drill.py runs it",
    "estimate": "needs an account at Google; tests/exporter/commands/test_estimate.py runs it",
    "init": "needs an account at Google; tests/exporter/commands/test_init.py runs it",
    "incident": "needs a project that runs; tests/exporter/commands/test_incident.py runs it",
    "preview": "needs a Prometheus; tests/generators/commands/test_preview.py runs it",
    "run": "runs until it is stopped; tests/exporter/commands/test_run.py does",
    "simulate": "runs until it is stopped; tests/exporter/commands/test_simulate.py does",
    "sink": "runs until it is stopped; tests/exporter/commands/test_sink.py does",
    "stack": "runs until it is stopped; tests/e2e/test_first_minutes.py does",
    "tune": "needs weeks of history; tests/generators/commands/test_tune.py runs it",
    "versions": "needs a set; tests/generators/commands/test_versions.py runs it",
    "upload": "needs a Grafana; tests/generators/commands/test_upload.py runs it",
}
# Flags of other programs that documents name in running text.
FLAGS_ELSEWHERE = {
    "--deep": "of pytest, in ARGS of make test",
    "--hypothesis-profile": "of pytest, in ARGS of make test",
    "--publish": "of tests/e2e/pictures.py, in ARGS of make pictures",
    "--database-flags": "of gcloud sql instances patch",
    "--server-side": "of kubectl",
    "--google.project-ids": "of stackdriver_exporter",
    "--monitoring.metrics-prefixes": "of stackdriver_exporter",
    "--monitoring.filters": "of stackdriver_exporter",
    "--monitoring.metrics-interval": "of stackdriver_exporter",
    "--monitoring.metrics-offset": "of stackdriver_exporter",
    "--monitoring.metrics-ingest-delay": "of stackdriver_exporter",
    "--monitoring.aggregate-deltas": "of stackdriver_exporter",
    "--stackdriver.max-retries": "of stackdriver_exporter",
    "--web.external-url": "of Alertmanager and Prometheus",
    "--cluster.listen-address": "of Alertmanager",
    "--cluster.peer": "of Alertmanager",
    "--enable-feature": "of Prometheus",
}
# Flags of Prometheus that alerts rely on, with those of a server that is written to.
FLAGS_OF_PROMETHEUS = {
    f"--{flag.name}"
    for flag in prometheus_flags.flags(keeps="72h", url="https://prometheus", receives=True)
}
PROGRAMS = frozenset({"ionmon", "make", "redis-cli", *ELSEWHERE})
# A command that several documents have is tried once.
ALL = sorted({c.words: c for c in commands(PROGRAMS)}.values(), key=str)
_PLACEHOLDER = re.compile(r"…|\.\.\.")


def of(program: str) -> list[DocumentedCommand]:
    """Return the commands of a program."""
    return [command for command in ALL if command.program == program]


def examples() -> list[DocumentedCommand]:
    """Return the commands that help texts show, without what stands beside them."""
    found = [
        DocumentedCommand(f"{context.command_path} --help", words)
        for context in contexts(cli)
        for line in (context.command.help or "").splitlines()
        if line.startswith("  ionmon ")
        for words in typed(re.split(" {2,}", line.strip())[0])
        if words[0] == "ionmon"
    ]
    return sorted({command.words: command for command in found}.values(), key=str)


def names(group: click.Command, prefix: str = "") -> dict[str, click.Command]:
    """Return every command of ionmon by its name, subcommands after their group's."""
    context = click.Context(group)
    if not isinstance(group, click.Group):
        return {prefix: group}
    found: dict[str, click.Command] = {prefix: group} if prefix else {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found |= names(command, f"{prefix} {name}".strip())
    return found


def flags() -> set[str]:
    """Return every flag of every command of ionmon, as --help shows it."""
    found = {"--help", "--version"}
    for command in names(cli).values():
        found |= {opt for parameter in command.params for opt in parameter.opts}
        found |= {opt for parameter in command.params for opt in parameter.secondary_opts}
    return found


def test_every_program_is_known() -> None:
    """A command of a program that is neither tried nor listed with a reason is an error."""
    unknown = [str(command) for command in ALL if command.program not in PROGRAMS]
    assert not unknown, "\n".join(unknown)


@pytest.mark.parametrize("command", [*of("ionmon"), *examples()], ids=str)
def test_ionmon_takes_what_is_documented(command: DocumentedCommand) -> None:
    """The subcommand exists, and click parses its arguments; a form ends where it says `…`."""
    words = [word for word in command.words[1:] if not _PLACEHOLDER.search(word)]
    group: click.Command = cli
    context = click.Context(cli)
    while isinstance(group, click.Group) and words and not words[0].startswith("-"):
        found = group.get_command(context, words[0])
        assert found is not None, f"{command}: no such command: {words[0]}"
        group, context = found, click.Context(found, parent=context)
        words = words[1:]
    parser = group.make_parser(context)
    _, rest, _ = parser.parse_args(words)
    assert isinstance(group, click.Group) or not rest, f"{command}: unexpected {rest}"


def test_every_command_of_ionmon_is_run_or_listed() -> None:
    """A new command is added to one of the two lists above."""
    tops = {name.split()[0] for name in names(cli)}
    assert tops - {*RUN, *NOT_RUN, "history"} == set()


@pytest.mark.parametrize("command", of("make"), ids=str)
def test_make_has_the_targets(command: DocumentedCommand) -> None:
    """Each word that is no variable is a target of the Makefile."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    wanted = [word for word in command.words[1:] if "=" not in word and not word.startswith("-")]
    assert [word for word in wanted if word not in targets] == []


@pytest.mark.parametrize("name", documents())
def test_flags_in_running_text_exist(name: str) -> None:
    """A flag is one of ionmon's, or of Prometheus', or is listed with the program that has it."""
    known = flags() | FLAGS_OF_PROMETHEUS | {*FLAGS_ELSEWHERE}
    found = [span.split("=")[0].split()[0] for span in spans(documents()[name]) if span[:2] == "--"]
    assert [flag for flag in found if flag not in known] == []


@pytest.mark.slow
@pytest.mark.deep
def test_documented_commands_run(tmp_path: Path) -> None:
    """They do what documents say with the example settings, and what compares comes afterwards."""
    documented = [c for c in of("ionmon") if c.words[1] in RUN and "--config" in c.words]
    documented.sort(key=lambda command: bool({"--check", "--diff"} & set(command.words)))
    assert len(documented) > 1
    for command in documented:
        home = folder_for(command.words[command.words.index("--config") + 1], tmp_path)
        ionmon = Path(sys.executable).parent / "ionmon"
        done = subprocess.run(
            [ionmon, *command.words[1:]], cwd=home, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"


def folder_for(settings: str, home: Path) -> Path:
    """Return the folder of all commands on the same settings, which are those of the examples."""
    folder = home / Path(settings).stem
    target = folder / settings
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "examples" / Path(settings).name, target)
    return folder


def test_a_shell_is_read_as_one_types_it() -> None:
    """Comments, assignments and operators are no words of a command; quotes hold words together."""
    line = "A=b .venv/bin/ionmon run --config x   # serves; || not"
    assert list(typed(line)) == [(".venv/bin/ionmon", "run", "--config", "x")]
    assert list(typed("a | b && c 'd | e'")) == [("a",), ("b",), ("c", "d | e")]


def test_there_are_commands() -> None:
    """The checks above have something to look at."""
    assert len(examples()) > len(cli.list_commands(click.Context(cli)))
    assert {"ionmon", "make", "redis-cli", "pip", "docker"} <= {c.program for c in ALL}
