"""Evaluates queries of the dashboards on series, by promtool."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from tests.generators.dashboards.made import panel, reference

MINUTES = 60  # that series last
RANGE = 58 * 60  # seconds of a dashboard's range
_OWN = {"__range": f"{RANGE}s", "__range_s": str(RANGE), "__rate_interval": "4m"}


def expression(board: str, number: int, ref: str = "A") -> str:
    """Return a panel's query, with everything chosen."""
    (text,) = (t["expr"] for t in panel(reference()[board], number)["targets"] if t["refId"] == ref)
    return filled(text)


def filled(text: str) -> str:
    """Return a query whose variables are filled."""
    return re.sub(r"\$([a-z_]+)", lambda found: _OWN.get(found[1], ".*"), text)


def series(name: str, labels: Mapping[str, str], values: Sequence[float | None]) -> dict[str, str]:
    """Return a series, value by value; None is no value."""
    pairs = ",".join(f'{label}="{text}"' for label, text in labels.items())
    words = ("stale" if value is None else f"{value:g}" for value in values)
    return {"series": f"{name}{{{pairs}}}", "values": " ".join(words)}


def agree(
    folder: Path,
    expr: str,
    recorded: Sequence[dict[str, str]],
    expected: Mapping[int | str, Mapping[str, float]],
    every: str = "1m",
) -> str:
    """Return what promtool finds wrong, of the samples by their labels; or nothing.

    expected  samples at minutes, or at times such as 58m40s
    every    the time between the values of the series
    """
    tests = [
        {
            "expr": expr,
            "eval_time": at if isinstance(at, str) else f"{at}m",
            "exp_samples": [{"labels": text, "value": value} for text, value in samples.items()],
        }
        for at, samples in expected.items()
    ]
    body = {"interval": every, "input_series": [*recorded], "promql_expr_test": tests}
    path = folder / "expected.yml"
    path.write_text(yaml.safe_dump({"evaluation_interval": every, "tests": [body]}))
    done = subprocess.run(
        ["promtool", "test", "rules", str(path)], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
