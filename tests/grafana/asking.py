"""Asks Grafana's own code, from its packages: what a panel shows, what a value looks like."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Json = dict[str, Any]


@cache
def _script() -> Path:
    """Return the script that answers, made anew of the packages."""
    assert shutil.which("node"), "node is missing; type: make boards"
    subprocess.run(["node", str(HERE / "bundle.mjs")], check=True)
    return HERE / "node_modules" / ".ion" / "main.cjs"


def ask(questions: Sequence[Json]) -> list[Json]:
    """Return what Grafana's code answers to each question: see main.mjs."""
    body = json.dumps(list(questions))
    done = subprocess.run(
        ["node", str(_script())], input=body, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answers: list[Json] = json.loads(done.stdout)
    return answers
