"""Changes as Markdown are a table that no value can break."""

from generators.versions.comparing import changes_between
from generators.versions.markdown import markdown
from tests.generators.versions.made_sets import made

OLD = made({"a": "1"}, settings={"service": {"name": "a"}}, rules={"x_y": "1"})


def test_values_are_rows_and_names_are_lists() -> None:
    """Both sets are named by their hashes."""
    new = made({"a": "2"}, settings={"service": {"name": "b|c\n<d>" + "x" * 300}}, rules={})
    assert markdown(OLD, new, changes_between(OLD, new)).splitlines() == [
        f"**Generated files, `{OLD.short_hash}` → `{new.short_hash}`**",
        "",
        "| what | before | after |",
        "|---|---|---|",
        rf"| settings.service.name | a | b\|c &lt;d>{'x' * 193}… |",
        "",
        r"- removed recorded series: x\_y",
        "- changed: files: a",
    ]


def test_no_difference_is_said() -> None:
    """An empty comment would look like a failure."""
    assert markdown(OLD, OLD, ()).endswith("\n\nNothing differs.\n")
