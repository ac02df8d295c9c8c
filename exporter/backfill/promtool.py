"""promtool, which makes blocks, and a Prometheus for as long as rules are evaluated."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.backfill.plan import CHUNK
from exporter.clock import steady
from exporter.errors import IonmonError, ToolMissing
from exporter.prometheus.api import NoAnswer, Prometheus, TooMuch

_READY_WITHIN = 120.0  # seconds; a year of blocks is read in some of them
_QUERY = 1800  # seconds
_OPTIONS = (
    "--storage.tsdb.retention.time=100y",
    "--query.max-samples=500000000",
    f"--query.timeout={_QUERY}s",
    "--log.level=error",
)


def check_tools() -> None:
    """Raise ToolMissing where promtool or prometheus is not on the PATH."""
    for tool in ("promtool", "prometheus"):
        if shutil.which(tool) is None:
            raise ToolMissing(f"{tool} is not on the PATH; type: sudo apt-get install prometheus")


def _ending_with_us(signal: str) -> tuple[str, ...]:
    """Return the words before a command that end it with this process, however that ends."""
    found = shutil.which("setpriv")
    return (found, "--pdeathsig", signal) if found else ()


def make_blocks(samples: Path, into: Path) -> None:
    """Make blocks of a file in OpenMetrics, one of each whole chunk. Raises IonmonError."""
    wide = f"--max-block-duration={CHUNK // 3600}h"  # by default the file is read for each 2 hours
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", wide]
    whole = [*_ending_with_us("KILL"), *command, str(samples), str(into)]
    done = subprocess.run(whole, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    if done.returncode:
        raise IonmonError(f"promtool makes no blocks of {samples}: {done.stderr.strip()[-400:]}")


def blocks_in(folder: Path) -> list[Path]:
    """Return the folders of the blocks in a folder."""
    return sorted(path.parent for path in folder.glob("*/meta.json"))


@contextmanager
def temporary_server(blocks: Iterable[Path], folder: Path) -> Iterator[Prometheus]:
    """Run a Prometheus on links to blocks, whose folders stay as they are. Raises IonmonError."""
    shutil.rmtree(folder, ignore_errors=True)
    data = folder / "data"
    data.mkdir(parents=True)
    for block in blocks:
        shutil.copytree(block, data / block.name, copy_function=_linked)
    (folder / "prometheus.yml").write_text("{}\n")
    address = f"127.0.0.1:{_free_port()}"
    command = [
        *_ending_with_us("TERM"),
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={data}",
        f"--web.listen-address={address}",
        *_OPTIONS,
    ]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - a fixed command
        try:
            server = Prometheus(f"http://{address}", _QUERY)
            _await(server, running, folder / "log")
            yield server
        finally:
            running.terminate()
            running.wait()
    shutil.rmtree(folder)


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(server: Prometheus, running: subprocess.Popen[bytes], log: Path) -> None:
    end = steady() + _READY_WITHIN
    while True:
        try:
            server.matrix("vector(1)", 0, 0, 1)
        except (NoAnswer, TooMuch):  # 503 while it reads its blocks
            if running.poll() is not None or steady() > end:
                raise IonmonError(
                    f"a Prometheus for the rules does not start: {log.read_text()[-400:]}"
                ) from None
            time.sleep(0.05)
        else:
            return
