"""Every kind of wrong file, and the exact text that refuses it."""

import traceback
from pathlib import Path

import pytest

from exporter.errors import SettingsError
from exporter.settings import load

BAD = Path(__file__).parents[2] / "data" / "settings" / "bad"
NAMES = sorted(path.stem for path in BAD.glob("*.yaml"))


def refused(name: str) -> SettingsError:
    """Return the error that the bad file `name` is refused with; it lies in this directory."""
    with pytest.raises(SettingsError) as caught:
        load(Path(f"{name}.yaml"))
    return caught.value


@pytest.mark.parametrize("name", NAMES)
def test_bad_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad file is refused by the text beside it: each problem with line, key and fix."""
    monkeypatch.chdir(BAD)
    expected = (BAD / f"{name}.txt").read_text(encoding="utf-8")
    assert expected == f"{refused(name)}\n"


def test_each_bad_file_has_its_text() -> None:
    """No expected text is left over, and none is missing."""
    assert sorted(path.stem for path in BAD.glob("*.txt")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_repeated(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that was written into the file is in no error and in no traceback."""
    monkeypatch.chdir(BAD)
    assert "canary" not in "".join(traceback.format_exception(refused(name)))
