"""Lines come in between, and every other line stays as somebody wrote it."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from generators.deploy.additions.model import Insertion
from generators.deploy.additions.yaml_lines import added, with_insertions

TEXT = """\
# head
rule_files:
  - one.yml  # the first
  # between

alerting:
    alertmanagers: []
empty:
flow: {a: [1, 2], b: {}}
last:
- text: |
    block
    text

# foot
"""


def test_items_stand_behind_those_that_are_there() -> None:
    """With their indentation; comments and empty lines stay where they are."""
    text = with_insertions(TEXT, [Insertion(("rule_files",), ["two.yml"])])
    assert text == TEXT.replace("# the first\n", "# the first\n  - two.yml\n")


def test_a_comment_within_the_last_item_stays_in_it() -> None:
    """What is deeper than an addition is about what stands above, and does not come to be in it."""
    for path in (("jobs",), ("last",)):
        text = "jobs:\n- job_name: a\n  # of Ann's\n\n  # for now\n# the rest\n"
        more = Insertion(path, [{"job_name": "b"}])
        lines = "- job_name: b\n" if path == ("jobs",) else "last:\n- job_name: b\n"
        after = text.replace("# the rest", f"{lines}# the rest")
        assert with_insertions(text, [more]) == after


def test_items_may_come_first() -> None:
    """Right behind the key: a comment stays with the item that it is about."""
    commented = TEXT.replace("last:\n", "last:\n# about the block\n")
    text = with_insertions(commented, [Insertion(("last",), [{"text": "new"}], first=True)])
    assert text == commented.replace("last:\n", "last:\n- text: new\n")


def test_a_block_of_text_is_not_torn() -> None:
    """What comes behind a list whose last value has several lines stands behind these."""
    text = with_insertions(TEXT, [Insertion(("last",), [{"text": "new"}])])
    assert yaml.safe_load(text)["last"] == [{"text": "block\ntext\n"}, {"text": "new"}]
    assert text.endswith("# foot\n")


def test_what_stands_in_one_line_becomes_a_block() -> None:
    """So does an empty value; nothing else of the file changes."""
    text = with_insertions(
        TEXT,
        [
            Insertion(("alerting", "alertmanagers"), [{"scheme": "http"}]),
            Insertion(("empty",), ["x"]),
            Insertion(("flow", "a"), [3]),
            Insertion(("flow", "c"), [4]),
            Insertion(("new", "key"), ["y"]),
        ],
    )
    body = yaml.safe_load(text)
    assert body["alerting"] == {"alertmanagers": [{"scheme": "http"}]}
    assert body["empty"] == ["x"]
    assert body["flow"] == {"a": [1, 2, 3], "b": {}, "c": [4]}
    assert body["new"] == {"key": ["y"]}
    assert [line for line in TEXT.splitlines() if "#" in line and line not in text] == []


TEXTS = "ab:#'\" -\n\r\t\x85\u2028"
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(TEXTS, max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abcd"), inner, max_size=3)
    ),
    max_leaves=8,
)
ITEMS = st.lists(VALUES, min_size=1, max_size=2)


@given(st.dictionaries(st.sampled_from("pqrs"), st.lists(VALUES, max_size=2)), ITEMS, st.booleans())
def test_any_content_keeps_what_it_had(
    body: dict[str, list[object]], more: list[object], first: bool
) -> None:
    """Whatever the values and their style are, the result has them and the additions."""
    one = Insertion(("q",), more, first=first)
    for flow in (False, None, True):
        text = yaml.safe_dump(body, default_flow_style=flow, sort_keys=False)
        assert yaml.safe_load(with_insertions(text, [one])) == added(body, one)
