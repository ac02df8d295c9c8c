"""Generated files are written all or not at all, and only where they differ."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from generators.files import differing, write

TEXTS = {"b/two.md": "zwei: \u00fc\n", "a.md": "eins\n"}


def tree(root: Path) -> dict[str, bytes]:
    """Return every file below a directory with its bytes."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_texts_are_written_as_utf8(tmp_path: Path) -> None:
    """Each text is at its path, byte for byte; the paths come back sorted."""
    assert write(tmp_path, TEXTS) == ["a.md", "b/two.md"]
    assert tree(tmp_path) == {name: text.encode() for name, text in TEXTS.items()}


def test_what_is_the_same_is_not_touched(tmp_path: Path) -> None:
    """A second write changes nothing, not even a file's time."""
    write(tmp_path, TEXTS)
    os.utime(tmp_path / "a.md", (1, 1))
    assert write(tmp_path, {**TEXTS, "b/two.md": "zwei\n"}) == ["b/two.md"]
    assert (tmp_path / "a.md").stat().st_mtime == 1


@pytest.mark.parametrize("held", [b"eins\r\n", b"eins", b"\xff\n", b""])
def test_a_file_differs_by_its_bytes(tmp_path: Path, held: bytes) -> None:
    """Another end of line, a missing one or bytes that are no text make a file differ."""
    (tmp_path / "a.md").write_bytes(held)
    assert differing(tmp_path, {"a.md": "eins\n"}) == ["a.md"]
    assert tree(tmp_path) == {"a.md": held}
    write(tmp_path, {"a.md": "eins\n"})
    assert tree(tmp_path) == {"a.md": b"eins\n"}


def test_a_write_that_fails_changes_nothing(tmp_path: Path) -> None:
    """Where one file cannot be written none is changed, and nothing is left behind."""
    write(tmp_path, {"a.md": "old\n"})
    (tmp_path / "b").write_text("no directory")
    before = tree(tmp_path)
    with pytest.raises(OSError, match="b"):
        write(tmp_path, TEXTS)
    assert before == tree(tmp_path)


def test_files_can_be_read_by_all(tmp_path: Path) -> None:
    """A generated file has mode 644, and is replaced as a whole."""
    (tmp_path / "a.md").write_text("old\n")
    old = (tmp_path / "a.md").stat().st_ino
    write(tmp_path, TEXTS)
    assert (tmp_path / "a.md").stat().st_mode & 0o777 == 0o644
    assert old != (tmp_path / "a.md").stat().st_ino


def test_the_last_is_put_in_place_after_all_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where putting in place fails, the file that speaks of the others still speaks of the old."""
    write(tmp_path, TEXTS, last="a.md")
    real = Path.replace

    def broken(self: Path, target: Path) -> Path:
        if target.name == "two.md":
            raise OSError(5, "Input/output error", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="Input"):
        write(tmp_path, {"a.md": "new\n", "b/two.md": "new\n"}, last="a.md")
    assert tree(tmp_path) == {name: text.encode() for name, text in TEXTS.items()}


def test_a_signal_waits_until_all_is_in_place(tmp_path: Path) -> None:
    """SIGTERM in the middle of putting in place ends the program after it, with every file new."""
    program = (
        "import os, pathlib, signal, sys\n"
        "from generators.files import write\n"
        "real = pathlib.Path.replace\n"
        "def replace(self, target):\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return real(self, target)\n"
        "pathlib.Path.replace = replace\n"
        "write(pathlib.Path(sys.argv[1]), {str(n): 'new' for n in range(20)})\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGTERM
    assert sorted(tree(tmp_path)) == sorted(map(str, range(20)))
