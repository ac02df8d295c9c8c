"""An application that records takes on no more than it has to."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
ASK = """
import sys
import prometheus_client, redis
before = set(sys.modules)
import exporter.recorder
after = set(sys.modules) - before
tops = {name.partition(".")[0] for name in after}
tops -= {"prometheus_client", "redis", *sys.stdlib_module_names}
print(*sorted(tops))
print(*sorted(n for n in after if n.startswith("exporter.") and "recorder" not in n))
"""


def test_the_recorder_imports_prometheus_client_and_redis_only() -> None:
    """Beside these two and the standard library nothing is loaded, not even of the exporter."""
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=True
    )
    tops, own = done.stdout.splitlines()
    assert (tops, own) == ("exporter", "")
