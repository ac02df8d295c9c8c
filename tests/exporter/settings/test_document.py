"""YAML is read with the position of each key and item."""

import os
import traceback
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import SettingsError
from exporter.settings.document import LARGEST_FILE, SMALLEST, read
from exporter.settings.positions import Position, dotted

PLAIN = st.one_of(
    st.booleans(),
    st.integers(-(10**17), 10**17),
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff")
    ),
)
TREES = st.dictionaries(
    st.text("abcdefgh_", min_size=1),
    st.recursive(
        PLAIN,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.text("abcdefgh_", min_size=1), inner, max_size=4)
        ),
        max_leaves=12,
    ),
    min_size=1,
)


@given(TREES)
def test_what_yaml_writes_reads_back(
    tmp_path_factory: pytest.TempPathFactory, tree: object
) -> None:
    """Mappings, lists, texts, whole numbers and switches read back as they were written."""
    path = tmp_path_factory.mktemp("yaml") / "monitoring.yaml"
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    document = read(path)
    assert tree == document.content
    assert document.problems == ()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    """No content of a file makes reading fail in another way than by SettingsError."""
    path = tmp_path_factory.mktemp("yaml") / "monitoring.yaml"
    path.write_bytes(raw)
    try:
        text = str(path)
        read(path)
    except SettingsError as error:
        text = str(error)
    assert text.startswith(str(path))


def test_positions_are_those_of_keys_and_items(tmp_path: Path) -> None:
    """A key stands where its name begins, an item where its value begins."""
    path = tmp_path / "monitoring.yaml"
    path.write_text("google:\n  projects:\n    - a\n    - b\nlog: {level: info}\n")
    source = str(path)
    expected = {
        "google": Position(source, 1, 1),
        "google.projects": Position(source, 2, 3),
        "google.projects[0]": Position(source, 3, 7),
        "google.projects[1]": Position(source, 4, 7),
        "log": Position(source, 5, 1),
        "log.level": Position(source, 5, 7),
    }
    assert expected == {dotted(loc): position for loc, position in read(path).positions.items()}


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    """A file saved with a byte order mark is read like one without."""
    path = tmp_path / "monitoring.yaml"
    path.write_bytes(b"\xef\xbb\xbfgoogle: {projects: [p]}\n")
    assert read(path).content == {"google": {"projects": ["p"]}}


@pytest.mark.parametrize(("text", "error"), [("", " is empty"), ("[]", ":1:1: must contain keys")])
def test_a_file_without_keys_is_shown_an_example(tmp_path: Path, text: str, error: str) -> None:
    """The example is the caller's, else our own; where it is empty, so may the file be."""
    path = tmp_path / "monitoring.yaml"
    path.write_text(text)
    for example, shown in (((), SMALLEST), (("a: 1",), "a: 1")):
        with pytest.raises(SettingsError) as refused:
            read(path, *example)
        assert str(refused.value).startswith(f"{path}{error}")
        assert str(refused.value).endswith(shown)
    path.write_text("")
    assert read(path, "").content == {}


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    """A file over 1 MiB is refused before it is parsed."""
    path = tmp_path / "monitoring.yaml"
    path.write_bytes(b"[" * (LARGEST_FILE + 1))
    with pytest.raises(SettingsError, match="larger than 1 MiB; settings are a few kilobytes"):
        read(path)


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_an_unreadable_file_is_named(tmp_path: Path, name: str) -> None:
    """A file that is missing, or no file, is refused with its name and the system's reason."""
    with pytest.raises(SettingsError, match=r"cannot be read: (No such file|Is a directory)"):
        read(tmp_path / name)


@pytest.mark.parametrize(
    "text", ["password: canary\n\tx: y\n", "password: 'canary\n", "a: [canary: b: c\n"]
)
def test_a_traceback_shows_nothing_of_the_file(tmp_path: Path, text: str) -> None:
    """What cannot be parsed is not quoted, neither in the error nor in its traceback."""
    path = tmp_path / "monitoring.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError) as refused:
        read(path)
    assert "canary" not in "".join(traceback.format_exception(refused.value))


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """What is no regular file is refused at once: a FIFO without a writer, a device, a folder."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (fifo, Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(SettingsError, match=f"{path}: is not a regular file"):
            read(path)
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_too_many_values_are_refused_early(tmp_path: Path) -> None:
    """Half a million items in less than 1 MiB are refused where the limit is passed."""
    path = tmp_path / "monitoring.yaml"
    path.write_text("a:\n" + "- x\n" * (LARGEST_FILE // 4 - 2))
    with pytest.raises(SettingsError, match=":20001:3: more than 20,000 keys and values"):
        read(path)
