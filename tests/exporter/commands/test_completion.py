"""ionmon completion prints scripts that shells take."""

import subprocess
from pathlib import Path

import pytest

from tests.exporter.test_cli import COMMANDS, ionmon


@pytest.mark.parametrize(
    ("shell", "mark"),
    [
        ("bash", "complete -o nosort -F"),
        ("zsh", "#compdef ionmon"),
        ("fish", "complete --no-files"),
    ],
)
def test_each_shell_has_its_script(shell: str, mark: str) -> None:
    """The script is printed alone, and completes ionmon through the variable it answers to."""
    done = ionmon("completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert mark in done.stdout
    assert f"_IONMON_COMPLETE={shell}_complete" in done.stdout


def test_bash_takes_the_script(tmp_path: Path) -> None:
    """Bash finds no fault in its script, nor says anything."""
    script = tmp_path / "ionmon"
    script.write_text(ionmon("completion", "bash").stdout)
    done = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_commands_and_options_are_completed() -> None:
    """What the script asks for is answered: commands by their start, and a command's options."""
    asked = {"_IONMON_COMPLETE": "bash_complete", "COMP_CWORD": "1", "COMP_WORDS": "ionmon "}
    assert ionmon(**asked).stdout.split() == [f"plain,{name}" for name in COMMANDS]
    asked |= {"COMP_CWORD": "2", "COMP_WORDS": "ionmon estimate --proj"}
    assert ionmon(**asked).stdout.split() == ["plain,--project"]
