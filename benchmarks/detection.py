"""How long it takes from a cause to the first message, Google's delay included, for each alert.

Everything is real but Google and the channels; time is quickened, and the generated files with it.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Row
from exporter.settings import Settings
from generators.rules.build import build
from generators.runbooks.timing import minutes, parts, total
from tests.e2e.drill import drilled


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    settings = Settings()
    rules = build(settings)
    with tempfile.TemporaryDirectory() as folder, drilled(Path(folder)) as drill:
        for rule in drill.nine:
            found = parts(settings, rules, rule)
            notified = min(drill.seen[rule.alert].notified.values())
            stated = f"stated: {minutes(found)}"
            met = notified <= total(found)[1]
            what = f"{rule.alert}: from its cause to the first message"
            yield Row(
                what=what,
                figure=f"{notified / 60:.1f} min",
                baseline=stated,
                reach="no later than stated",
                met=met,
            )
