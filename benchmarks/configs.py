"""What it takes to write everything that is generated, as a command from start to end."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Row

REFERENCE = Path("examples", "reference.yaml")
RUNS, REACH = 5, 5.0


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    found = [_run() for _ in range(RUNS)]
    times, digests = [seconds for seconds, _, _ in found], {digest for _, digest, _ in found}
    same = "byte-identical" if len(digests) == 1 else "NOT THE SAME"
    figure = f"{min(times):.2f} s, {found[0][2]} files, {same} {RUNS} times"
    met = min(times) < REACH and len(digests) == 1
    yield Row(
        what="make configs", figure=figure, baseline="", reach=f"{REACH:g} s, identical", met=met
    )


def _run() -> tuple[float, str, int]:
    """Return the seconds that one run takes, the digest of what it wrote, and of how many files."""
    program = [sys.executable, "-c", "from exporter.cli import main; main()"]
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, REFERENCE)
        settings.parent.mkdir()
        shutil.copy(REFERENCE, settings)
        command = [*program, "configs", "--config", str(REFERENCE), "--docs"]
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
        seconds = time.perf_counter() - begun
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        digest = hashlib.sha256()
        for path in files:
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
        return seconds, digest.hexdigest(), len(files)
