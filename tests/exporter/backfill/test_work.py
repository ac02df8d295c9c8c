"""What is made appears whole; blocks are moved once."""

from pathlib import Path

import pytest

from exporter.backfill.plan import Chunk
from exporter.backfill.work import WorkFolder, deliver
from exporter.errors import IonmonError, StateError
from tests.exporter.backfill.test_plan import plan

CHUNK = Chunk(0, 60)


def block(folder: Path, name: str) -> Path:
    """Make what looks like a block."""
    (folder / name).mkdir(parents=True)
    (folder / name / "meta.json").write_text(name)
    return folder / name


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    """What fails leaves nothing behind that counts, and is removed by the next try."""
    work = WorkFolder(tmp_path)
    folder = work.raw(CHUNK)
    with pytest.raises(FileExistsError), work.made(folder) as new:
        block(block(new, "half").parent, "half")
    assert not folder.exists()
    with work.made(folder) as new:
        block(new, "whole")
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert [path.name for path in folder.iterdir()] == ["whole"]


def test_one_process_and_one_plan(tmp_path: Path) -> None:
    """A folder in use, and one of another plan, are refused."""
    first, second = WorkFolder(tmp_path), WorkFolder(tmp_path)
    with first.opened(plan()), pytest.raises(StateError, match="--blocks"):
        second.opened(plan()).__enter__()
    with second.opened(plan()):
        pass
    with pytest.raises(IonmonError, match="of other settings, rules, or length"):
        second.opened(plan(3600)).__enter__()


def test_blocks_are_ready_at_the_end(tmp_path: Path) -> None:
    """Blocks of both kinds are moved together; what they were made of goes."""
    work = WorkFolder(tmp_path)
    with work.made(work.raw(CHUNK)) as new:
        block(new, "a")
    with work.made(work.evaluated(0, CHUNK)) as new:
        block(new, "b")
    with work.made(work.outputs(CHUNK)) as new:
        block(new, "c")
    work.finish()
    work.finish()
    assert {path.name for path in work.ready.iterdir()} == {"a", "c"}
    assert not list(tmp_path.glob("level-*"))


def test_a_block_is_moved_once(tmp_path: Path) -> None:
    """A block that is there already is not copied again; nothing is left where it came from."""
    ready, data = tmp_path / "ready", tmp_path / "data"
    block(ready, "a")
    block(ready, "b")
    block(data, "a")
    assert deliver(ready, data) == ["a", "b"]
    assert {path.name for path in data.iterdir()} == {"a", "b"}
    assert deliver(ready, data) == []


def test_a_data_directory_that_is_not_there(tmp_path: Path) -> None:
    """It is named."""
    block(tmp_path / "ready", "a")
    (tmp_path / "file").write_text("")
    with pytest.raises(IonmonError, match="cannot be written"):
        deliver(tmp_path / "ready", tmp_path / "file" / "data")
