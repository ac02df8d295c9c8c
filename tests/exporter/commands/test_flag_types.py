"""A flag whose value cannot be used is an error that says so, before anything is done."""

import stat
from pathlib import Path

import click
import pytest

from exporter import cli
from exporter.commands.flag_types import write
from exporter.errors import IonmonError

UNUSABLE = {
    "bridge --web.listen-address foo": "'foo' is no address; write HOST:PORT or :PORT",
    "run --web.listen-address :99999": "':99999' has no such port; write one from 0 to 65535",
    "sink --web-port 99999": "99999 is not in the range 0<=x<=65535",
    "sink --smtp-port -1": "-1 is not in the range 0<=x<=65535",
    "simulate --api-port 65536": "65536 is not in the range",
    "digest --html /dev/null/x.html": "'/dev/null' is no directory; create it, or name one",
    "alerts --url 127.0.0.1:9842": "it is no web address; write it like https://",
    "alerts --url http://[::1": "it has no usable host or port",
    "ack A --url http://ada:PASSWORD@b": "it contains a user or a password; leave them out",
    "alerts --last 3d": "--last: goes with --history; give both or neither",
    "alerts --storage.journal-file j": "--storage.journal-file: goes with --history",
    "ack A --user ada": "nobody can be asked for ada's password; give --password-file",
}


def test_an_alert_has_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    """An empty name is refused before anything is asked."""
    assert cli.run(["explain", ""]) == 2
    assert "ALERT is empty; write the name of an alert" in capsys.readouterr().err


@pytest.mark.parametrize("words", UNUSABLE)
def test_the_error_names_the_fix(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong value ends with exit code 2 and what to write instead; no password is repeated."""
    assert cli.run(words.split()) == 2
    said = capsys.readouterr().err
    assert UNUSABLE[words] in said
    assert "PASSWORD" not in said


def _paths(command: click.Command, words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return a command line for each flag of a command, and of those below it, that is a path."""
    below = getattr(command, "commands", {})
    found = [line for name, each in below.items() for line in _paths(each, (*words, name))]
    flags = [p for p in command.params if isinstance(p, click.Option)]
    paths = (p.opts[0] for p in flags if isinstance(p.type, click.Path))
    return [*found, *((*words, flag, "/dev/null/x") for flag in paths)]


ALL = [
    line
    for name in cli.COMMANDS
    if (command := cli.cli.get_command(click.Context(cli.cli), name))
    for line in _paths(command, (name,))
    if name != "simulate" and line[:2] != ("sink", "--config")  # these listen first
]


@pytest.mark.parametrize("line", ALL, ids=" ".join)
def test_no_path_ends_in_a_traceback(
    line: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever path is given to a flag that takes one, the user reads what is wrong."""
    monkeypatch.setenv("IONMON_CONFIG", "/dev/null/x")
    # A stack that happens to run on this machine would answer.
    apart = ("--port-offset", "50000") if line[0] == "incident" else ()
    code = cli.run([*line, *apart])
    assert code in {1, 2, 3, 4}
    assert capsys.readouterr().err


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """The system's reason is named."""
    folder = tmp_path / "a"
    folder.mkdir(stat.S_IRWXU)
    with pytest.raises(IonmonError, match="a: cannot be written: Is a directory; name another"):
        write(folder, "x")
