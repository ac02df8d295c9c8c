"""An answer is kept by all that it depends on, and asked for again where its file is damaged."""

import os
from pathlib import Path

import numpy as np
import pytest

from generators.tuning import kept_answers
from generators.tuning.kept_answers import Answer, KeptAnswers
from generators.tuning.model import RecordedSeries

ANSWER = (RecordedSeries((("region", "ü\n"),), np.array([0.1, np.nan, np.inf])),)


class Source:
    """Counts how often it is asked."""

    asked = 0

    def __call__(self) -> Answer:
        """Answer."""
        self.asked += 1
        return ANSWER


def test_an_answer_is_kept_exactly(tmp_path: Path) -> None:
    """Another process gets the same labels and values without asking; another key asks."""
    source = Source()
    KeptAnswers(tmp_path).of(["a", 1], source)
    kept = KeptAnswers(tmp_path)
    (found,) = kept.of(["a", 1], source)
    assert (found.labels, source.asked, kept.reused) == (ANSWER[0].labels, 1, 1)
    np.testing.assert_array_equal(found.values, ANSWER[0].values)
    kept.of(["a", 2], source)
    assert source.asked == 2


def test_an_empty_answer_is_kept(tmp_path: Path) -> None:
    """That there is no series is an answer, too."""
    kept = KeptAnswers(tmp_path)
    assert kept.of("none", tuple) == ()
    assert kept.of("none", Source()) == ()


def test_a_damaged_file_is_asked_for_again(tmp_path: Path) -> None:
    """Whatever byte is wrong or missing: the answer comes from the source, and is kept anew."""
    source, kept = Source(), KeptAnswers(tmp_path)
    kept.of("a", source)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole.replace(b"PK", b"KP"), b"x" * 99):
        path.write_bytes(damaged)
        before = source.asked
        np.testing.assert_array_equal(kept.of("a", source)[0].values, ANSWER[0].values)
        assert source.asked == before + 1
        assert path.read_bytes()[:2] == b"PK"


def test_what_was_used_last_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many bytes, the file that was not used for longest goes first."""
    kept = KeptAnswers(tmp_path)
    paths = []
    for at, name in enumerate("abc"):
        kept.of(name, Source())
        (new,) = set(tmp_path.iterdir()) - set(paths)
        paths.append(new)
        _used(new, 1000 + at)
    size = paths[0].stat().st_size
    kept.of("a", Source())
    monkeypatch.setattr(kept_answers, "MOST_BYTES", 2 * size)
    KeptAnswers(tmp_path).trim()
    assert set(tmp_path.iterdir()) == {paths[0], paths[2]}


def _used(path: Path, at: float) -> None:
    os.utime(path, (at, at))


def test_nothing_is_kept_without_a_folder(tmp_path: Path) -> None:
    """Without a folder, or with one that cannot be made, each answer comes from the source."""
    (tmp_path / "file").write_text("")
    for folder in (None, tmp_path / "file" / "below"):
        source, kept = Source(), KeptAnswers(folder)
        kept.of("a", source)
        kept.of("a", source)
        kept.trim()
        assert source.asked == 2
