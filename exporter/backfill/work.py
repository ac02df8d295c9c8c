"""The folder of a backfill: what is done stands in folders that appear whole, or not at all.

A folder is made under another name and then renamed. So whatever is killed when, the next run finds
what is whole, and makes the rest again.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from exporter.backfill.plan import BackfillPlan, Chunk
from exporter.backfill.promtool import blocks_in
from exporter.errors import IonmonError
from exporter.state_file.lock import StateLock

_NEW = ".new"


class WorkFolder:
    """The folder, used by one process from `opened` until its end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ready = path / "ready"

    @contextmanager
    def opened(self, plan: BackfillPlan) -> Iterator[None]:
        """Use the folder for a plan. Raises IonmonError where it is in use, or another plan's."""
        self.path.mkdir(parents=True, exist_ok=True)
        file = self.path / "plan.json"
        lock = StateLock(file, "--blocks")
        try:
            self._check(file, plan.identity())
            yield
        finally:
            lock.close()

    def _check(self, file: Path, identity: str) -> None:
        if not file.exists():
            new = file.with_suffix(_NEW)
            new.write_text(identity)
            new.replace(file)
        elif file.read_text() != identity:
            raise IonmonError(
                f"{self.path}: has a backfill of other settings, rules, or length; finish it with "
                "those, choose another folder with --blocks, or remove this one"
            )

    def raw(self, chunk: Chunk) -> Path:
        """Return the folder of a chunk of the exporter's own families."""
        return self.path / "raw" / chunk.name

    def evaluated(self, level: int, chunk: Chunk) -> Path:
        """Return the folder of what the rules of a level make of a chunk."""
        return self.path / f"level-{level}" / chunk.name

    def outputs(self, chunk: Chunk) -> Path:
        """Return the folder of all that the rules make of a chunk and a server keeps."""
        return self.path / "outputs" / chunk.name

    @contextmanager
    def made(self, folder: Path) -> Iterator[Path]:
        """Yield the folder that becomes `folder` once it is whole."""
        for left in folder.parent.glob(f"{folder.name}.*{_NEW}"):
            shutil.rmtree(left, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        # Under a name of its own: what a killed run started may still write into the one it had.
        new = Path(mkdtemp(_NEW, f"{folder.name}.", folder.parent))
        new.chmod(0o755)
        yield new
        new.rename(folder)

    def finish(self) -> None:
        """Move the blocks to where they are ready, and remove what they were made of."""
        for block in [*self._blocks("raw"), *self._blocks("outputs")]:
            self.ready.mkdir(exist_ok=True)
            block.rename(self.ready / block.name)
        for folder in self.path.glob("level-*"):
            shutil.rmtree(folder)
        shutil.rmtree(self.path / "server", ignore_errors=True)

    def _blocks(self, kind: str) -> list[Path]:
        chunks = (self.path / kind).glob("*")
        return [b for chunk in chunks if chunk.suffix != _NEW for b in blocks_in(chunk)]


def deliver(ready: Path, data: Path) -> list[str]:
    """Move blocks into the data directory of a server; returns their names. Raises IonmonError.

    A block has one name wherever it is: one that was moved before is not moved again.
    """
    moved = []
    try:
        for block in blocks_in(ready):
            target = data / block.name
            if not target.exists():
                _move(block, target)
            shutil.rmtree(block, ignore_errors=True)
            moved.append(block.name)
    except OSError as error:
        raise IonmonError(f"{data}: cannot be written: {error.strerror}") from error
    return moved


def _move(block: Path, target: Path) -> None:
    try:
        block.rename(target)
    except OSError:  # another file system
        # Prometheus removes such a folder when it starts: so a half copied block is never read.
        new = target.with_name(f"{target.name}.tmp-for-creation")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(block, new)
        new.rename(target)
