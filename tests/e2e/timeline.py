"""An eventful day of a project with many services: what goes wrong where, and from when to when.

Times are minutes of that day.
"""

from dataclasses import dataclass
from enum import Enum

GONE, BACK = 66, 78  # no exporter answers between these
RESTART, OUTAGE = 18, 80  # when Prometheus is ended, and seconds until it is started again
ACKNOWLEDGED = 28  # the incident of `uploads`
SILENCED, LOUD = 5, 38  # when `invoices` is silenced for planned work, and when no longer
QUIET = 28  # when quiet hours end
OVER = 128  # by then everybody is notified of everything
STORM = tuple(f"storm-{n:02}" for n in range(40))


class Trouble(Enum):
    """What can be wrong with a service or a database."""

    CLIENT_ERRORS = "4xx"
    SERVER_ERRORS = "5xx"
    CPU = "cpu"
    LAG = "lag"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What goes wrong with a service or database, from one minute to another.

    worst   the share of errors, the share of CPU, or the seconds of lag while it is bad
    bad     how many minutes of each `cycle` are bad, the first ones; all of them without a cycle
    hidden  whether nobody is to be notified: of planned work, of the night, of a short burst
    """

    of: str
    region: str
    trouble: Trouble
    begins: float
    ends: float
    worst: float
    bad: int = 0
    cycle: int = 0
    hidden: bool = False

    def is_bad(self, minute: int) -> bool:
        """Return whether the minute that begins then is bad."""
        if not self.begins <= minute < self.ends:
            return False
        return not self.cycle or (minute - int(self.begins)) % self.cycle < self.bad


def causes() -> tuple[Cause, ...]:
    """Return everything that goes wrong on the day."""
    client, server = Trouble.CLIENT_ERRORS, Trouble.SERVER_ERRORS
    return (
        _cause("catalogue", "europe-west4", client, 0.2, (8, 87)),
        _cause("checkout", "europe-west1", server, 0.3, (10, 28)),
        _cause("search", "us-central1", client, 0.6, (2, 56), bad=2, cycle=4),
        # Minutes after the restart, when `search` begins anew: escalations since one minute are one
        # message, and its end would name what was acknowledged, too.
        _cause("uploads", "us-east1", client, 0.2, (22, 54)),
        _cause("invoices", "us-west1", client, 0.5, (14, 26), hidden=True),
        _cause("invoices", "us-west1", client, 0.5, (42, 52)),
        _cause("deploys", "europe-north1", client, 1.0, (20, 22), hidden=True),
        # No error in the last two minutes before data goes away.
        _cause("payments", "europe-west3", client, 0.018, (54, 96), bad=2, cycle=4),
        _cause("sessions", "us-west2", client, 0.2, (44, 76)),
        _cause("orders-db", "us-south1", Trouble.LAG, 0.9, (60, 100)),
        _cause("reports", "us-west3", Trouble.CPU, 0.95, (3, 12), hidden=True),
        _cause("thumbnails", "us-west4", Trouble.CPU, 0.95, (12, QUIET + 20)),
        *(_cause(name, "asia-southeast1", client, 1.0, (104, 116)) for name in STORM),
    )


def _cause(  # a row of the table
    of: str,
    region: str,
    trouble: Trouble,
    worst: float,
    during: tuple[float, float],
    **more: int,
) -> Cause:
    begins, ends = during
    row = {"of": of, "region": region, "trouble": trouble, "begins": begins, "ends": ends}
    return Cause(**row, worst=worst, **more)
