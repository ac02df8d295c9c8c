"""Tables line up, no cell steers the terminal; long work shows a bar there, else lines."""

import fcntl
import io
import os
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path
from threading import Event

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.commands import progress_lines
from exporter.commands.terminal import progress, table
from tests.exporter.running import IONMON

CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    """Columns are two spaces apart, numbers to the right, and no line ends with spaces."""
    found = table(("name", "n", "text"), [("a", "1", ""), ("long name", "1000", "x")], right={1})
    assert found.split("\n") == [
        "name          n  text",
        "a             1",
        "long name  1000  x",
    ]


def test_a_table_without_rows_is_its_head() -> None:
    """Nothing found is shown as the head alone."""
    assert table(("a", "b"), []) == "a  b"


@given(st.lists(st.tuples(CELL, CELL), max_size=4))
def test_a_row_is_one_printable_line(rows: list[tuple[str, str]]) -> None:
    """Whatever is in a cell, each row is one line that a terminal only prints."""
    lines = table(("a", "b"), rows).split("\n")
    assert len(lines) == 1 + len(rows)
    assert [line for line in lines if not line.isprintable()] == []


def test_a_long_cell_is_whole_where_the_output_is_piped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither a narrow terminal nor a wish for colours changes what grep gets."""
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("FORCE_COLOR", "1")
    long = "word " * 30 + "[red]end[/red]"
    assert table(("a", "b"), [(long, "1")]).split("\n")[1] == f"{long}  1"


def on_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have standard output be a terminal of this width."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))


def test_a_narrow_terminal_wraps_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names and ids are whole, long texts go on in their column, and no line is too long."""
    head, id_, name = ("id", "alert", "where", "value"), "e3c1b3a012345678", "ErrorRateCritical"
    row = (id_, name, "checkout in europe-west1", "4.4% (limit 1%), the highest of this hour")
    on_terminal(80, monkeypatch)
    lines = click.unstyle(table(head, [row, row])).splitlines()
    assert lines[1].startswith(f"{id_}  {name}  checkout in")
    assert max(map(len, lines)) <= 80
    assert {word for cell in row for word in cell.split()} <= {
        word for line in lines for word in line.split()
    }


def test_what_people_copy_is_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where columns have no room, each row is a block of lines: a command can be copied whole."""
    fix = f"chmod 0640 /etc/{'long' * 10}/secret, and give it Alertmanager's group"
    on_terminal(80, monkeypatch)
    found = click.unstyle(table(("", "what", "fix"), [("FAIL", "slack", fix)] * 2, whole={2}))
    block = f"      FAIL\nwhat  slack\nfix   {fix}"
    assert found == f"{block}\n\n{block}"
    assert table(("a" * 50, "b" * 50), []) == f"{'a' * 50}  {'b' * 50}"


def history(folder: Path, stderr: int) -> None:
    """Write an hour of the simulated past to a file."""
    words = ("history", "--last", "1h", "--until", "1767225600", str(folder / "h.om"))
    family = ("--family", "cloudrun_instances")
    subprocess.run((*IONMON, *words, *family), stderr=stderr, check=True, timeout=60)


def test_progress_is_drawn_on_a_terminal(tmp_path: Path) -> None:
    """On a narrow terminal a bar has its clock whole, and is taken away before the last line."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    try:
        history(tmp_path, slave)
        shown = os.read(master, 1 << 20).decode()
    finally:
        os.close(slave)
        os.close(master)
    assert "writing " in shown
    assert re.search(r"writing \S*…? +━.* [0-9]+% .*[0-9]:[0-9]{2}:[0-9]{2}", click.unstyle(shown))
    assert "\x1b[2K" in shown.split("writing ")[-1]
    assert shown.rstrip().endswith("of 1 families")


def test_no_progress_is_drawn_elsewhere(tmp_path: Path) -> None:
    """In a file or a pipe there is the result alone: one line, without control characters."""
    log = tmp_path / "log"
    with log.open("w") as output:
        history(tmp_path, output.fileno())
    (line,) = log.read_text().splitlines()
    assert line.isprintable()
    assert line.endswith("of 1 families")


class Heard(io.StringIO):
    """Standard error of a pipe; `found` is set once a text was written to it."""

    def __init__(self, wanted: str) -> None:
        """Begin empty."""
        super().__init__()
        self._wanted = wanted
        self.found = Event()

    def write(self, text: str) -> int:
        """Take text."""
        size = super().write(text)
        if self._wanted in self.getvalue():
            self.found.set()
        return size


def test_long_work_prints_lines_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has the step, how much is done and for how long it has gone on; none comes after it."""
    heard = Heard("ionmon: running promtool, 25%; 0 s so far\n")
    monkeypatch.setattr(sys, "stderr", heard)
    monkeypatch.setattr(progress_lines, "EVERY", 0.001)
    with progress("reading", total=4) as bar:
        bar.show("running promtool")
        bar.reach(1)
        assert heard.found.wait(60)
    text = heard.getvalue()
    with progress("quiet", shown=False):
        pass
    assert heard.getvalue() == text


def test_a_step_without_a_total_has_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is not known there."""
    heard = Heard("ionmon: generating files; 0 s so far\n")
    monkeypatch.setattr(sys, "stderr", heard)
    monkeypatch.setattr(progress_lines, "EVERY", 0.001)
    with progress("generating files"):
        assert heard.found.wait(60)
