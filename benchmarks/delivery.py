"""How long it takes from a rule that fires to those who are notified, beyond `group_wait`.

The chain is the real one but for the channels. The wait is that of the settings: 10 s for what is
critical, so that what begins together is one message.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Row
from tests.e2e.hurried_chain import SLACK, TEAM
from tests.e2e.messages import PAGERDUTY
from tests.e2e.whole_chain import WholeChain, running
from tests.servers import wait_until

REACH = 10.0  # seconds
CHANNELS = (PAGERDUTY, SLACK, TEAM)


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as chain:
        wait_until(lambda: {*CHANNELS} <= {*_longest(chain)}, "a message each", within=120)
        for channel, late in _longest(chain).items():
            yield Row(
                what=f"from a rule that fires to {channel}, beyond group_wait",
                figure=f"{late:.1f} s",
                baseline="",
                reach=f"under {REACH:.0f} s",
                met=late < REACH,
            )


def _longest(chain: WholeChain) -> dict[str, float]:
    """Return the longest time to each channel until now."""
    found: dict[str, float] = {}
    for one in chain.messages():
        late = chain.late(one)
        if late is not None and one.channel in CHANNELS:
            found[one.channel] = max(found.get(one.channel, 0.0), late)
    return found
