"""make bench: runs the benchmarks, prints the table, writes docs/benchmarks.md.

With names (make bench ARGS="encoding decoding") it runs those only, and writes nothing.
"""

import platform
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from benchmarks import (
    backtest,
    configs,
    cost,
    dashboards,
    decoding,
    delivery,
    detection,
    encoding,
    exactness,
    freshness,
    large,
    polling,
    recording,
    rules,
    scope,
    scraping,
    soak,
    tuning,
)
from benchmarks.row import Benchmark, Row
from exporter.commands.terminal import table

BENCHMARKS: dict[str, Benchmark] = {
    "scraping": scraping.rows,
    "polling": polling.rows,
    "large": large.rows,
    "encoding": encoding.rows,
    "decoding": decoding.rows,
    "exactness": exactness.rows,
    "cost": cost.rows,
    "scope": scope.rows,
    "freshness": freshness.rows,
    "recording": recording.rows,
    "configs": configs.rows,
    "rules": rules.rows,
    "dashboards": dashboards.rows,
    "detection": detection.rows,
    "delivery": delivery.rows,
    "tuning": tuning.rows,
    "backtest": backtest.rows,
    "soak": soak.rows,
}
LONG = ("soak",)
PAGE = Path("docs", "benchmarks.md")
HEAD = """# Benchmarks

Written by `make bench`, which takes about fourteen minutes; `make bench ARGS="encoding decoding"`
runs a part and writes nothing. Each baseline is measured in the same run, on the same machine.
Sources are in `benchmarks/`, one file a group. Scrapes are made one after the other over one kept
connection, with gzip, as Prometheus makes them. Encoding and decoding are the quickest of several
runs.

"""


def main(names: list[str]) -> int:
    """Run benchmarks by name, all without one; return 1 where a figure is not reached."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
        return 2
    rows: list[Row] = []
    for name in names or (name for name in BENCHMARKS if name not in LONG):
        begun = time.monotonic()
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        rows += _of(name)
        print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr)
    cells = [(r.what, r.figure, r.baseline, r.reach, "yes" if r.met else "NO") for r in rows]
    print(table(("what", "measured", "baseline", "to reach", "reached"), cells))
    if not names:
        PAGE.write_text(HEAD + _machine() + _markdown(cells), encoding="utf-8")
    return int(not all(row.met for row in rows))


def _of(name: str) -> list[Row]:
    """Return a benchmark's rows; one that fails costs no other its figures."""
    rows: list[Row] = []
    try:
        rows.extend(BENCHMARKS[name]())
    except Exception:  # noqa: BLE001 - whatever it is, it is printed
        traceback.print_exc()
        rows.append(Row(what=name, figure="failed", baseline="", reach="", met=False))
    return rows


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((text.partition(": ")[2] for text in lines if text.startswith("model name")), "")
    cores = sum(text.startswith("processor") for text in lines)
    python = platform.python_version()
    return f"Machine: {model or platform.machine()}, {cores} cores; Python {python}.\n\n"


def _markdown(cells: Sequence[tuple[str, ...]]) -> str:
    head = "| what | measured | baseline | to reach | reached |\n|---|---|---|---|---|\n"
    return head + "".join("| " + " | ".join(row) + " |\n" for row in cells)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
