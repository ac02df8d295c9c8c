"""A Prometheus on generated files and flags whose every duration is as much shorter."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.catalog.prometheus_flags import LOOKBACK, flags
from exporter.settings.types import duration, seconds
from generators.rules.build import Rules
from generators.rules.model import dumped
from tests.e2e.drill import CLOCKED, hurried, hurried_rules
from tests.servers import Prometheus, prometheus

# What rules compare with the clock: how old data is, and for how long an alert has been firing.
_AGES = re.compile(r"(time\(\) - (?:ALERTS_FOR_STATE\{[^}]*\} >= )?)(\d+)")


def write(folder: Path, rules: Rules, speed: float, ports: tuple[int, int]) -> str:
    """Write the rule files; return the configuration. Ports: the exporter's, Alertmanager's."""
    names = []
    for file in rules.main:
        if file.name != CLOCKED:
            text = hurried_rules(file, speed)
            text = _AGES.sub(lambda m: f"{m[1]}{int(m[2]) / speed:g}", text)
            (folder / file.name).write_text(text)
            names.append(file.name)
    scrape = hurried("30s", speed)  # a quarter of a second would be too short to answer at times
    return dumped(
        {
            "global": {
                "scrape_interval": scrape,
                "scrape_timeout": scrape,
                "evaluation_interval": hurried("1m", speed),
            },
            "rule_files": names,
            "alerting": {"alertmanagers": [_targets(ports[1])]},
            "scrape_configs": [{"job_name": "ionmon", **_targets(ports[0])}],
        }
    )


def _targets(port: int) -> dict[str, object]:
    return {"static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}


@contextmanager
def hurried_server(folder: Path, config: str, speed: float) -> Iterator[Prometheus]:
    """Run Prometheus with the flags that rules rely on."""
    found = flags(keeps="90d", url=None, receives=False)
    timed = [flag for flag in found if flag.name.startswith("rules.alert.") or flag is LOOKBACK]
    options = [f"--{flag.name}={duration(seconds(flag.value) / speed)}" for flag in timed]
    with prometheus(folder, config, *options) as server:
        yield server
