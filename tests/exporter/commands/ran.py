"""A command of ionmon in the process of its test: to start Python takes longer than most do."""

from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess

from exporter import cli


def ran(folder: Path, *arguments: str) -> CompletedProcess[str]:
    """Run a command in a folder, and return its exit code and what it prints."""
    with (
        chdir(folder),
        redirect_stdout(StringIO()) as output,
        redirect_stderr(StringIO()) as errors,
    ):
        code = cli.run([*arguments])
    return CompletedProcess(arguments, code, output.getvalue(), errors.getvalue())
