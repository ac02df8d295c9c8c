"""Values set in a settings file that people wrote."""

from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generators.tuning.settings_edits import SettingsEdit, edited

EXAMPLES = Path(__file__).parents[3] / "examples"
CPU = ("alerts", "CPUHigh", "threshold")


def set_cpu(text: str) -> str:
    """Set the threshold of one alert."""
    return edited(text, [SettingsEdit(CPU, "85%")])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "alerts:\n  CPUHigh:\n    threshold: 85%\n"),
        ("# mine\n", "# mine\nalerts:\n  CPUHigh:\n    threshold: 85%\n"),
        (
            "alerts:\n  CPUHigh:\n    threshold: 80%  # measured\n    for: 5m\n",
            "alerts:\n  CPUHigh:\n    threshold: 85%  # measured\n    for: 5m\n",
        ),
        (
            "alerts:\n  CPUHigh: {threshold: '80%', for: 5m}\n",
            "alerts:\n  CPUHigh: {threshold: 85%, for: 5m}\n",
        ),
        ("{alerts: {}}\n", "{alerts: {CPUHigh: {threshold: 85%}}}\n"),
        (
            "alerts: {}  # all keep theirs\nlog: {}\n",
            "alerts:  # all keep theirs\n  CPUHigh:\n    threshold: 85%\nlog: {}\n",
        ),
        (
            "alerts:\n    CPUHigh:\n        for: 5m # long\n\n# the cache\nredis: []\n",
            (
                "alerts:\n    CPUHigh:\n        for: 5m # long\n        threshold: 85%\n\n"
                "# the cache\nredis: []\n"
            ),
        ),
        (
            "alerts:\n  MemoryHigh: {for: 5m}\n  # end\nlog: {level: info}",
            (
                "alerts:\n  MemoryHigh: {for: 5m}\n  # end\n\n  CPUHigh:\n    threshold: 85%\n"
                "log: {level: info}"
            ),
        ),
        (
            "log:\r\n  level: info",
            "log:\r\n  level: info\r\nalerts:\r\n  CPUHigh:\r\n    threshold: 85%\r\n",
        ),
        (
            "alerts:\n  labels:\n    note: |\n      two\n      lines\nlog: {level: info}\n",
            (
                "alerts:\n  labels:\n    note: |\n      two\n      lines\n  CPUHigh:\n"
                "    threshold: 85%\nlog: {level: info}\n"
            ),
        ),
        (
            "alerts: {\n  MemoryHigh: {for: 5m},  # yes\n}\n",
            "alerts: {\n  MemoryHigh: {for: 5m},  # yes\n  CPUHigh: {threshold: 85%}\n}\n",
        ),
        (
            "alerts: {\n  MemoryHigh: {for: 5m}  # yes,\n  # measured in May\n}\n",
            (
                "alerts: {\n  MemoryHigh: {for: 5m},  # yes,\n  # measured in May\n"
                "  CPUHigh: {threshold: 85%}\n}\n"
            ),
        ),
        (
            "alerts:\n  CPUHigh: {}\n    # measured in May\nlog: {}\n",
            "alerts:\n  CPUHigh:\n    # measured in May\n\n    threshold: 85%\nlog: {}\n",
        ),
        (
            "alerts:\n  CPUHigh: { # soon\n  }\n      # in May\n",
            "alerts:\n  CPUHigh: # soon\n      # in May\n    threshold: 85%\n",
        ),
        (
            "alerts:\n  labels:\n    note: |+\n      two\n\n\n# the log\nlog: {}\n",
            (
                "alerts:\n  labels:\n    note: |+\n      two\n\n\n  CPUHigh:\n"
                "    threshold: 85%\n# the log\nlog: {}\n"
            ),
        ),
        (
            "alerts:\n  CPUHigh:\n    threshold: >-  # measured\n      80%\n\n    for: 5m\n",
            "alerts:\n  CPUHigh:\n    threshold: 85%  # measured\n\n    for: 5m\n",
        ),
        (
            "alerts:\n  CPUHigh: {  # as it is\n    # for now\n  }  # ask Ann\nlog: {}\n",
            (
                "alerts:\n  CPUHigh: # as it is\n    # for now\n    # ask Ann\n"
                "    threshold: 85%\nlog: {}\n"
            ),
        ),
        (
            "alerts: {\r\n  # none\r\n}",
            "alerts:\r\n  # none\r\n  CPUHigh:\r\n    threshold: 85%\r\n",
        ),
        (
            "alerts: {CPUHigh: {  # as it is\n  }}\n",
            "alerts: {CPUHigh: {  # as it is\n  threshold: 85%}}\n",
        ),
    ],
)
def test_only_the_value_changes(before: str, after: str) -> None:
    """Comments, order, quotes of others, indentation and line ends stay as they were."""
    assert set_cpu(before) == after


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.name)
def test_an_example_gets_the_value_and_nothing_else(path: Path) -> None:
    """Read again, each example has the new value; every line that was there is there."""
    text = path.read_text(encoding="utf-8")
    before, after = yaml.safe_load(text), yaml.safe_load(set_cpu(text))
    assert after["alerts"]["CPUHigh"].pop("threshold") == "85%"
    before.get("alerts", {}).get("CPUHigh", {}).pop("threshold", None)
    _without_empty(before)
    _without_empty(after)
    assert after == before


def _without_empty(content: dict[str, dict[str, object]]) -> None:
    if not content.get("alerts", {}).get("CPUHigh", True):
        del content["alerts"]["CPUHigh"]
    if not content.get("alerts", True):
        del content["alerts"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "log:\n  level: info\n  # format: json\n",
            "log:\n  level: info\n  # format: json\nalerts:\n  CPUHigh:\n    threshold: 85%\n",
        ),
        (
            "log: {}\n\n# the end\n...\n",
            "log: {}\n\n# the end\n\nalerts:\n  CPUHigh:\n    threshold: 85%\n...\n",
        ),
        (
            "alerts:\n  MemoryHigh:\n    for: 5m\n\n    # measured in May\n# the log\nlog: {}\n",
            (
                "alerts:\n  MemoryHigh:\n    for: 5m\n\n    # measured in May\n  CPUHigh:\n"
                "    threshold: 85%\n# the log\nlog: {}\n"
            ),
        ),
        (
            "alerts:\r\n  MemoryHigh: {for: 5m}\r\n  # in May",
            (
                "alerts:\r\n  MemoryHigh: {for: 5m}\r\n  # in May\r\n\r\n  CPUHigh:\r\n"
                "    threshold: 85%\r\n"
            ),
        ),
    ],
)
def test_a_comment_that_closes_a_section_stays_in_it(before: str, after: str) -> None:
    """A new key comes below it; a blank line stands between where it would look like the key's."""
    assert set_cpu(before) == after


NAMES = st.sampled_from(["a", "b", "c"])
TREES = st.recursive(
    st.sampled_from(["1", "x y", "80%"]), lambda below: st.dictionaries(NAMES, below, max_size=3)
)


@given(
    st.dictionaries(NAMES, st.dictionaries(NAMES, TREES, max_size=3), max_size=3),
    st.sampled_from([None, True, False]),
    st.tuples(NAMES, st.just("new"), NAMES),
)
def test_what_is_added_is_read_back(
    tree: dict[str, dict[str, object]], flow: bool | None, path: tuple[str, str, str]
) -> None:
    """In mappings of any depth and style, the new key is there and all others are as before."""
    text = yaml.safe_dump(tree, default_flow_style=flow)
    after = yaml.safe_load(edited(text, [SettingsEdit(path, "9")]))
    top = after[path[0]]
    assert top.pop("new") == {path[2]: 9}
    if path[0] not in tree:
        del after[path[0]]
    assert after == tree


def commented(text: str, notes: Iterable[tuple[int, int, bool]]) -> str:
    """Return a text with comments: how many lines above the end, how deep, after a blank line."""
    lines = text.splitlines()
    for number, (at, column, apart) in enumerate(notes):
        place = max(0, len(lines) - at)
        lines[place:place] = [*([""] if apart else []), f"{'  ' * column}# note {number}"]
    return "\n".join((*lines, ""))


def owners(text: str) -> dict[str, tuple[str, int]]:
    """Return the line that each comment is below, and how deep it is, by its text.

    Below a comment that is less deep, it belongs to that one.
    """
    found, owner, depth = {}, "", 0
    for line in filter(str.strip, text.splitlines()):
        column = len(line) - len(line.lstrip())
        if line.lstrip().startswith("#"):
            depth = min(depth, column)
            found[line] = owner, depth
        else:
            owner, depth = line, column + 10
    return found


NOTES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.booleans()), min_size=1)
WORDS = st.integers(0, 999).map("w{}".format)
SECTIONS = st.dictionaries(WORDS, st.dictionaries(WORDS, WORDS, min_size=1), min_size=1, max_size=2)


@given(st.dictionaries(WORDS, SECTIONS, min_size=1, max_size=2), NOTES, st.integers(0, 2))
def test_every_comment_stays_where_it_is(
    tree: dict[str, object], notes: list[tuple[int, int, bool]], depth: int
) -> None:
    """Every line is there, in order; a comment gets another line above if it is of a section below.

    Such a one is less deep than the new key.
    """
    text, path, below = commented(yaml.safe_dump(tree), notes), ("new",), tree
    for _ in range(depth):
        name = max(below)  # the last section of the text
        path, below = (*path[:-1], name, "new"), dict[str, object](below[name])
    after = edited(text, [SettingsEdit(path, "9")])
    assert _with(tree, path) == yaml.safe_load(after)
    old, new = text.splitlines(), after.splitlines()
    at = new.index(f"{' ' * 2 * depth}new: 9")
    rest = [*new[:at], *new[at + 1 :]]
    assert old in (rest, [*rest[: at - 1], *rest[at:]])  # perhaps with a blank line
    later = owners(after)
    for comment, (owner, column) in owners(text).items():
        assert later[comment][0] in ({owner} if column >= 2 * depth else {owner, new[at]})


def _with(tree: object, path: tuple[str, ...]) -> object:
    if not path:
        return 9
    assert isinstance(tree, dict)
    return {**tree, path[0]: _with(tree.get(path[0]), path[1:])}
