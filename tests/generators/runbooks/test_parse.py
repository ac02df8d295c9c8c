"""A runbook that lacks something, or uses an unknown name, is refused with file and line."""

import pytest

from generators.runbooks.fragments import Line
from generators.runbooks.model import Cause, Language, Mention, Query, Statement, Step
from generators.runbooks.parse import statement
from generators.runbooks.text_error import FOLDER, TextError

GOOD = """# X
Users notice {value}.
## First
1. Look.
   ```sql
   select 1;
   ```
   ```sql
   select {seconds};
   ```
1. Think
   hard.
## Then
1. Rest.
## Likely causes, the likeliest first
1. **It broke.** The `log` shows it.
## Do not
- Do not panic.
## When it is a false alarm
- Never.
## Look next
- Whether Redis
  answers, by
  `redis_id`
  `level min: redis_up by
  redis_id`
## Why this value
It is round.
"""


def parsed(text: str) -> Statement:
    """Return what a text of the alert X states."""
    lines = text.splitlines()
    return statement("X", tuple(Line(t, f"{FOLDER}/X.md:{n}") for n, t in enumerate(lines, 1)))


def test_each_section_is_read() -> None:
    """Sentences come on one line, commands of a step together, queries as PromQL."""
    path = f"{FOLDER}/X.md"
    assert parsed(GOOD) == Statement(
        alert="X",
        impact="Users notice {value}.",
        why="It is round.",
        first=(Step("Look.", "select 1;\nselect {seconds};", Language.SQL), Step("Think hard.")),
        then=(Step("Rest."),),
        causes=(Cause("It broke.", "The `log` shows it."),),
        do_not=("Do not panic.",),
        false_alarms=("Never.",),
        queries=(Query("Whether Redis answers, by `redis_id`", "min by (redis_id) (redis_up)"),),
        mentions=(Mention("value", f"{path}:2"), Mention("seconds", f"{path}:9")),
    )


def test_a_section_that_may_be_left_out_is_read_where_it_is() -> None:
    """The condition and a text instead of the silence are the alert's own."""
    found = parsed(f"{GOOD}## When it fires\nit\nbroke\n## Silence it\nDo not.\n")
    assert (found.when, found.silence) == ("it broke", "Do not.")


TITLES = [line for line in GOOD.splitlines() if line.startswith("## ")]


@pytest.mark.parametrize("title", TITLES)
def test_a_section_that_is_missing_is_named(title: str) -> None:
    """The file, the heading to add, and the file that shows it."""
    before, _, after = GOOD.partition(f"{title}\n")
    _, mark, rest = after.partition("\n## ")
    missing = before + (f"## {rest}" if mark else "")
    with pytest.raises(TextError, match=rf"^{FOLDER}/X\.md: no section '{title}'; see .*template"):
        parsed(missing)


@pytest.mark.parametrize("title", TITLES)
def test_a_section_that_is_empty_is_named(title: str) -> None:
    """A heading without anything below it is no section."""
    before, _, after = GOOD.partition(f"{title}\n")
    _, mark, rest = after.partition("\n## ")
    with pytest.raises(TextError, match=f"section '{title.removeprefix('## ')}' has to be"):
        parsed(f"{before}{title}\n" + (f"\n## {rest}" if mark else ""))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# X", "# Y", "1: the first line has to be the alert's name: # X"),
        ("## Do not", "## Don't", "17: unknown section 'Don't'; did you mean 'Do not'"),
        ("## Then\n1. Rest.\n", "", ": no section '## Then'"),
        ("## Then", "## First", "13: section 'First' appears twice"),
        ("Users notice {value}.\n", "", "1: a sentence is missing below 'X'"),
        ("It is round.", "- Round.", "27: section 'Why this value' has to be sentences"),
        ("- Never.", "Never.", "19: section 'When it is a false alarm' has to be a list"),
        ("```sql\n   select 1", "```sh\n   select 1", "4: write a step's commands in one language"),
        ("```sql\n   select 1", "```perl\n   select 1", "5: unknown language of code 'perl'"),
        ("**It broke.**", "It broke.", "16: write a cause as"),
        ("- Never.", "- Never.\n  ```sh\n  ls\n  ```", "21: only steps have code"),
        ("  `level min: redis_up by\n  redis_id`\n", "", "24: 'redis_id' is no query"),
        ("`redis_id`\n  `level min: redis_up by\n  redis_id`\n", "all\n", "22: write what a"),
        ("redis_up by", "redis_upp by", "25: unknown family 'redis_upp'; did you mean 'redis_up'"),
    ],
)
def test_a_mistake_is_refused_where_it_is(old: str, new: str, message: str) -> None:
    """The error begins with the file and the line, and states what to write."""
    assert old in GOOD
    with pytest.raises(TextError, match=rf"^{FOLDER}/X\.md:? ?{message}"):
        parsed(GOOD.replace(old, new, 1))


def test_an_empty_file_is_refused() -> None:
    """It has no name."""
    with pytest.raises(TextError, match=r"X\.md:1: the first line has to be the alert's name"):
        parsed("")
