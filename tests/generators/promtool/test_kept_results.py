"""An answer is kept by all that it depends on, and only where it is certain."""

import os
import time
from pathlib import Path

import pytest

from generators.promtool.kept_results import KeptResults, ToolAnswer

PASSED = ToolAnswer(0, "SUCCESS")
UNMET = ToolAnswer(1, "FAILED: exp: 1, got: 2")


class Tool:
    """A tool that counts how often it runs."""

    def __init__(self, answer: ToolAnswer) -> None:
        self.answer, self.runs = answer, 0

    def run(self) -> ToolAnswer:
        """Run once more."""
        self.runs += 1
        return self.answer


def ran(folder: Path | None, tool: Tool, content: object = "content") -> int:
    """Return how often a tool has run after one more request, whose answer is always the tool's."""
    assert KeptResults(folder).of(content, tool.run) == tool.answer
    return tool.runs


@pytest.mark.parametrize("answer", [PASSED, UNMET])
def test_what_is_certain_is_kept(answer: ToolAnswer, tmp_path: Path) -> None:
    """A tool that passed, or a test that failed, runs once a content."""
    tool = Tool(answer)
    assert [ran(tmp_path, tool), ran(tmp_path, tool), ran(tmp_path, tool, "other")] == [1, 1, 2]


def test_a_fault_is_not_kept(tmp_path: Path) -> None:
    """A tool that could not judge, for want of memory or disk, runs again."""
    tool = Tool(ToolAnswer(-9, ""))
    assert [ran(tmp_path, tool), ran(tmp_path, tool)] == [1, 2]


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    """No folder, or one that cannot be written, costs time and no answer."""
    (tmp_path / "file").write_text("")
    for folder in (None, tmp_path / "file" / "below"):
        tool = Tool(PASSED)
        assert [ran(folder, tool), ran(folder, tool)] == [1, 2]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"code": 0}', '{"code": "x", "output": ""}'])
def test_a_broken_answer_is_none(text: str, tmp_path: Path) -> None:
    """Whatever stands in a file of the folder, the tool runs again and the answer is kept anew."""
    tool = Tool(PASSED)
    ran(tmp_path, tool)
    (kept,) = tmp_path.iterdir()
    kept.write_text(text)
    assert [ran(tmp_path, tool), ran(tmp_path, tool)] == [2, 2]


def test_what_was_known_before_is_counted(tmp_path: Path) -> None:
    """Only answers of earlier runs count: two equal tests of one run are no news."""
    first = KeptResults(tmp_path)
    assert [first.of("a", Tool(PASSED).run) for _ in range(2)] == [PASSED] * 2
    assert first.reused == 0
    (kept,) = tmp_path.iterdir()
    os.utime(kept, (time.time() - 60,) * 2)
    second = KeptResults(tmp_path)
    second.of("a", Tool(PASSED).run)
    assert second.reused == 1


def test_what_nobody_uses_goes(tmp_path: Path) -> None:
    """An answer that was not used for a month is removed; one in use stays."""
    ran(tmp_path, Tool(PASSED), "old")
    (old,) = tmp_path.iterdir()
    os.utime(old, (time.time() - 32 * 86400,) * 2)
    ran(tmp_path, Tool(PASSED), "new")
    assert old not in tmp_path.iterdir()
    assert len([*tmp_path.iterdir()]) == 1
