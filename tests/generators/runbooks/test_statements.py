"""The texts as they are installed: known facts, and a guide that lists all of them."""

import re
from importlib.resources import files

import pytest

from generators.runbooks.fragments import Line
from generators.runbooks.model import Mention
from generators.runbooks.parse import statement
from generators.runbooks.queries import promql
from generators.runbooks.statements import check_facts, statements
from generators.runbooks.text_error import GUIDE, TEMPLATE, TextError
from tests.generators.runbooks.reading import ROOT, reference_cases, stated


def test_the_texts_are_in_the_package() -> None:
    """They are found where the package is installed: alerts, a guide, fragments."""
    found = {f.name for f in files("generators.runbooks").joinpath("texts").iterdir()}
    assert found == {*(f"{name}.md" for name in stated()), "README.md", "shared", "configured"}


def test_an_unknown_fact_is_refused_where_it_is() -> None:
    """The error names file and line, what was probably meant, and what there is."""
    text = statements()["CPUHigh"]
    assert Mention("value", "generators/runbooks/texts/CPUHigh.md:3") in text.mentions
    expected = r"^generators/runbooks/texts/CPUHigh\.md:3: unknown fact of CPUHigh 'value'; did you"
    with pytest.raises(TextError, match=expected):
        check_facts(text, {"values": "", "default": ""})


def test_the_template_is_a_runbook() -> None:
    """What is copied for a new alert is whole, and names only what there is."""
    lines = (ROOT / TEMPLATE).read_text().splitlines()
    place = [Line(line, f"{TEMPLATE}:{n}") for n, line in enumerate(lines, 1)]
    kept = tuple(line for line in place if "{command:" not in line.text)
    assert len(kept) == len(lines) - 2
    found = statement("NAME", kept)
    assert len(found.first) >= 3
    assert len(found.causes) >= 3
    assert len(found.queries) >= 2


def test_the_guide_names_every_fact() -> None:
    """The table of facts has those of all kinds of alerts, and no other."""
    guide = (ROOT / GUIDE).read_text()
    table = guide.split("## Facts")[1]
    known = {name for case in reference_cases() for name in case.facts}
    assert set(re.findall(r"`\{(\w+)\}`", table)) == known


def test_the_guides_queries_are_queries() -> None:
    """Each example of the guide can be copied, and becomes PromQL."""
    table = (ROOT / GUIDE).read_text().split("| query | what it is |")[1].split("\n\n")[0]
    examples = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    assert len(examples) == 8
    assert all(promql(Line(example.replace(r"\|", "|"), GUIDE)) for example in examples)
