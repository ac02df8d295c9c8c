"""How long a review waits for what changed numbers would have done in four weeks."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.row import Row
from exporter.prometheus.api import Labels
from generators.tuning.model import Values
from tests.generators.tuning.simulated_weeks import DAY, MINUTE, answers
from tests.servers import blocks, prometheus

REFERENCE = Path("examples", "reference.yaml")
DAYS, REACH = 28, 20.0
CHANGED = {
    "ErrorRateWarning": "{threshold: 0.8%}",
    "ResponseTimeWarning": "{threshold: 150ms}",
    "CPUHigh": "{for: 10m}",
    "CacheHitRateLow": "{threshold: 75%}",
}
WATCHDOG = (("alertname", "Watchdog"), ("alertstate", "firing"))
PROGRAM = (sys.executable, "-c", "from exporter.cli import main; main()")


@dataclass(frozen=True, slots=True)
class _Spent:
    """What a run took: seconds, and those of CPU without the server's."""

    seconds: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, {self.cpu:.1f} s of CPU"


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        series = _fill(folder)
        retention = "--storage.tsdb.retention.time=90d"
        server = stack.enter_context(prometheus(folder, "{}", retention))
        _change(folder)
        past = ("--backtest", f"{DAYS}d", "--prometheus", f"http://127.0.0.1:{server.port}")
        alone, cold, warm = (_run(folder, "--diff", *flags) for flags in ((), past, past))
    what = f"configs --diff --backtest {DAYS}d, {series} series, {len(CHANGED)} alerts changed"
    yield Row(
        what=f"{what}, nothing cached",
        figure=str(cold),
        baseline=f"{alone} with --diff alone",
        reach=f"{REACH:.0f} s",
        met=cold.seconds < REACH,
    )
    yield Row(
        what="the same, once more",
        figure=str(warm),
        baseline=f"{cold} with nothing cached",
        reach=f"{REACH:.0f} s",
        met=warm.seconds < REACH,
    )


def _fill(folder: Path) -> int:
    """Write the newest weeks of what is recorded, up to now, as blocks; return how many series."""
    count = DAYS * DAY
    first = int(time.time()) // MINUTE - count + 1
    times = [str(MINUTE * (first + at)) for at in range(count)]
    recorded: list[tuple[str, Labels, Values]] = [
        (name, one.labels, one.values[-count:])
        for name, found in answers().items()
        for one in found
    ]
    recorded.append(("ALERTS", WATCHDOG, np.ones(count)))
    with (samples := folder / "samples.om").open("w") as out:
        for name, labels, values in recorded:
            text = ",".join(f'{label}="{value}"' for label, value in labels)
            for at, value in zip(times, values.tolist(), strict=True):
                out.write(f"{name}{{{text}}} {value!r} {at}\n")
        out.write("# EOF\n")
    blocks(samples, folder / "data")
    samples.unlink()
    return len(recorded)


def _change(folder: Path) -> None:
    """Have the folder's files written, then its settings changed."""
    text, settings = REFERENCE.read_text(), folder / "monitoring.yaml"
    settings.write_text(text)
    _run(folder)
    rows = ", ".join(f"{alert}: {change}" for alert, change in CHANGED.items())
    changed = text.replace("alerts: {}", f"alerts: {{{rows}}}")
    assert changed != text
    settings.write_text(changed)


def _run(folder: Path, *flags: str) -> _Spent:
    """Run the command, with what it keeps in the folder; return what it took."""
    cache = f"XDG_CACHE_HOME={folder / 'cache'}"
    command = ["env", cache, *PROGRAM, "configs", "--config", "monitoring.yaml", *flags]
    cpu, begun = _cpu(), time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
    spent = _Spent(time.perf_counter() - begun, _cpu() - cpu)
    replayed = {text.split()[0] for text in done.stdout.splitlines() if " firing" in text}
    assert replayed.issuperset(CHANGED) or "--backtest" not in flags, done.stdout
    return spent


def _cpu() -> float:
    """Return the CPU seconds of the programs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
