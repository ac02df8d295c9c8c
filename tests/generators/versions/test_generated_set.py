"""A set knows its hash, and whether its files are as they were written."""

from dataclasses import replace

import pytest

from generators.monitoring_config import CONFIG_FILE
from generators.versions.generated_set import generated_set, is_below
from generators.versions.recorded import VersionError
from tests.generators.versions.made_sets import made


def test_a_set_that_was_just_made_is_whole() -> None:
    """Nothing is missing and nothing edited."""
    found = made({"a": "1"})
    assert found.whole
    assert len(found.content_hash) == 64
    assert found.content_hash.startswith(found.short_hash)


def test_missing_and_edited_files_are_named() -> None:
    """The configuration says which files there were, and what they held."""
    found = made({"a": "1", "b": "1", "c": "1"})
    left = {name: content for name, content in found.files.items() if name != "b"}
    broken = replace(found, files={**left, "c": b"2"})
    assert (broken.missing, broken.edited, broken.whole) == (("b",), ("c",), False)


def test_an_edited_configuration_is_known_by_its_own_hash() -> None:
    """A hash that was left as it was does not hide that a threshold was changed."""
    found = made({"a": "1"}, settings={"log": {"level": "info"}})
    files = {**found.files, CONFIG_FILE: found.files[CONFIG_FILE].replace(b"info", b"warn")}
    assert generated_set("x", files).edited == (CONFIG_FILE,)


def test_files_without_a_configuration_are_no_set() -> None:
    """The error names the file that is missing."""
    with pytest.raises(VersionError, match=f"^x: has no {CONFIG_FILE}"):
        generated_set("x", {"a": b"1"})


@pytest.mark.parametrize("name", ["/etc/passwd", "../a", "a/../../b", "a\nb"])
def test_a_path_that_leads_out_of_the_root_is_in_no_set(name: str) -> None:
    """Whoever wrote the configuration cannot have another file read or written."""
    assert not is_below(name)
    assert is_below("a/b.yml")
