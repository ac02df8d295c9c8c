"""The command line: quick help, exit codes, and messages instead of tracebacks."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from exporter import __version__, cli
from exporter.errors import IonmonError, PollError, Reason, SettingsError, StateLocked, ToolMissing
from exporter.logs import redaction

COMMANDS = tuple(cli.COMMANDS)
ORDER = (
    "run",
    "simulate",
    "doctor",
    "application",
    "estimate",
    "history",
    "configs",
    "check",
    "preview",
    "upload",
    "completion",
)


def ionmon(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ionmon in a bare environment, away from any credentials."""
    command = (sys.executable, "-c", "from exporter.cli import main; main()", *arguments)
    home = f"{__file__}/missing"  # nothing lies below a file
    bare = {"PATH": "/usr/bin:/bin", "HOME": home, "NO_GCE_CHECK": "true"}
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=bare | environment,
    )


def loaded(*arguments: str) -> set[str]:
    """Return the modules that a command line loads."""
    program = (
        "import sys\nfrom exporter.cli import run\n"
        f"code = run({list(arguments)!r})\n"
        "print(code, *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    code, *modules = done.stderr.splitlines()[-1].split()
    assert code == "0"
    return set(modules)


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("--version",), ("completion", "-h")])
def test_help_is_quick(arguments: tuple[str, ...]) -> None:
    """Help loads neither grpc, jsonnet, pydantic nor yaml, and no other command."""
    heavy = {"grpc", "_jsonnet", "pydantic", "yaml", "redis", "google.auth", "asyncio"}
    found = loaded(*arguments)
    assert found & heavy == set()
    assert {m for m in found if m.startswith("exporter.commands.")} <= {
        "exporter.commands.completion"
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command says on a first line what it does, loads, and explains its options."""
    code, shown = cli.run([name, "--help"]), capsys.readouterr()
    assert (code, shown.err) == (0, "")
    assert shown.out.startswith(f"Usage: ionmon {name} ")
    assert "--help" in shown.out


def test_commands_are_listed_in_their_order() -> None:
    """The overview lists every command, the first ones first, each with its sentence."""
    listed = ionmon("--help").stdout.split("Commands:\n")[1].splitlines()
    assert tuple(line.split()[0] for line in listed) == COMMANDS
    assert tuple(name for name in COMMANDS if name in ORDER) == ORDER
    assert [line for line in listed if not line.endswith(".")] == []


def test_version() -> None:
    """--version names the program and its version."""
    assert ionmon("--version").stdout == f"ionmon, version {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rnu",), "No such command 'rnu'"),
        (("run", "--projct", "x"), "No such option"),
        (("run", "--log.level", "loud"), "'loud' is not one of"),
        (("completion", "powershell"), "'powershell' is not one of"),
    ],
)
def test_wrong_use_is_2(arguments: tuple[str, ...], said: str) -> None:
    """A command line that cannot be meant ends with 2 and says what is wrong."""
    done = ionmon(*arguments)
    assert (done.returncode, said in done.stderr, done.stdout) == (2, True, "")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("x"), 3),
        (StateLocked("x"), 4),
        (PollError(Reason.QUOTA, "x"), 1),
        (ToolMissing("x"), 1),
        (IonmonError("x"), 1),
        (click.exceptions.Abort(), 130),
        (click.exceptions.Exit(7), 7),
        (KeyError("x"), 70),
    ],
)
def test_errors_have_their_exit_codes(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    """Each sort of error has its exit code; whatever is not foreseen is a defect, 70."""

    @click.command()
    def failing() -> None:
        raise error

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: failing)
    assert cli.run(["run"]) == code


def test_a_defect_is_shown_without_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A defect shows its traceback on stderr, secrets taken out, and asks for a report."""
    redaction.conceal("canary-value")

    @click.command()
    def failing() -> None:
        raise KeyError("canary-value")

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: failing)
    assert cli.run(["run"]) == 70
    shown = capsys.readouterr()
    assert "KeyError: '<secret>'" in shown.err
    assert "canary" not in shown.err + shown.out
    assert shown.err.splitlines()[-1].startswith("ionmon: this is a defect in ionmon")


def test_a_message_names_the_program(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What a user can mend is one message without a traceback."""
    assert cli.run(["doctor", "--config", str(tmp_path / "none.yaml")]) == 3
    text = capsys.readouterr().err
    assert text.startswith("ionmon: ")
    assert "none.yaml" in text
    assert "Traceback" not in text


def test_the_report_is_listed_with_all_its_formats(capsys: pytest.CaptureFixture[str]) -> None:
    """Who looks for HTML or Markdown finds it in the list of commands."""
    assert cli.run(["--help"]) == 0
    assert "as text, HTML, Markdown or JSON." in " ".join(capsys.readouterr().out.split())
