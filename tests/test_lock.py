"""requirements.lock holds what an installation needs, on every Python that the project runs on."""

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = (Path(__file__).parents[1] / "requirements.lock").read_text()
PINNED = [
    Requirement(line.removesuffix(" \\")) for line in re.findall(r"^\w.*", LOCK, re.MULTILINE)
]


def needed(name: str, extras: set[str], python: dict[str, str]) -> Iterator[tuple[str, set[str]]]:
    """Yield what a distribution that is installed here asks for on a Python."""
    try:
        texts = metadata.requires(name) or []
    except metadata.PackageNotFoundError:  # not for the Python that runs this test
        return
    for found in map(Requirement, texts):
        marked = [found.marker.evaluate({**python, "extra": e}) if found.marker else True
                  for e in (extras or {""})]  # fmt: skip
        if any(marked):
            yield canonicalize_name(found.name), set(found.extras)


def closure(python: dict[str, str]) -> set[str]:
    """Return all that the project with its tools asks for on a Python."""
    waiting, met = [("ion-monitoring", {"dev"})], set[tuple[str, frozenset[str]]]()
    while waiting:
        name, extras = waiting.pop()
        if (name, frozenset(extras)) not in met:
            met.add((name, frozenset(extras)))
            waiting.extend(needed(name, extras, python))
    return {name for name, _ in met} - {"ion-monitoring"}


@pytest.mark.parametrize("version", ["3.11.0", "3.11.2", "3.11.3", "3.12.0", "3.13.0", "3.14.0"])
def test_it_pins_all_that_a_python_needs(version: str) -> None:
    """What only an older Python needs is pinned, too, whichever Python resolved the lock."""
    python = {
        "python_version": version.rpartition(".")[0],
        "python_full_version": version,
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
    }
    pinned = {
        canonicalize_name(one.name)
        for one in PINNED
        if one.marker is None or one.marker.evaluate(python)
    }
    asked = closure(python)
    assert not asked - pinned
    assert ("async-timeout" in asked) == (version in ("3.11.0", "3.11.2"))


def test_it_names_no_index() -> None:
    """Packages come from whichever index pip is set to."""
    assert "://" not in LOCK
    assert "--index" not in LOCK
    assert "--find-links" not in LOCK
