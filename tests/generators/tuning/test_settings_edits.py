"""Values set in a settings file that people wrote."""

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
                "alerts:\n  MemoryHigh: {for: 5m}\n  CPUHigh:\n    threshold: 85%\n  # end\n"
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
            "alerts: {\n  MemoryHigh: {for: 5m}, CPUHigh: {threshold: 85%},  # yes\n}\n",
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
