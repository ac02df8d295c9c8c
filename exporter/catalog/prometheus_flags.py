"""The flags of Prometheus that alerts rely on: what each has to be, on which server, and why."""

from dataclasses import dataclass
from enum import Enum

MINUTE, HOUR, DAY = 60, 3600, 86400


class Bound(Enum):
    """How a flag's value is compared: a duration at most or at least, or the very text."""

    AT_MOST = "at most"
    AT_LEAST = "at least"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag of a server.

    name    without dashes, as the server's API has it
    value   what the command line sets it to
    why     what goes wrong without it
    """

    name: str
    value: str
    bound: Bound
    why: str

    @property
    def argument(self) -> str:
        """The flag on a command line."""
        return f"--{self.name}" if self.value == "true" else f"--{self.name}={self.value}"


GRACE_PERIOD = Flag(
    "rules.alert.for-grace-period",
    "1m",
    Bound.AT_MOST,
    "after a restart, alerts with a shorter `for` would begin anew and be notified again",
)
OUTAGE_TOLERANCE = Flag(
    "rules.alert.for-outage-tolerance",
    "1h",
    Bound.AT_LEAST,
    "after a restart that took longer, all alerts would begin anew",
)
RESEND_DELAY = Flag(
    "rules.alert.resend-delay",
    "5m",
    Bound.AT_LEAST,
    "Alertmanager takes an alert as over after four of these: it would report the end of what goes "
    "on while Prometheus restarts",
)
LOOKBACK = Flag(
    "query.lookback-delta",
    "5m",
    Bound.AT_LEAST,
    "what is recorded each five minutes would have no value in between",
)
RECEIVER = Flag(
    "web.enable-remote-write-receiver",
    "true",
    Bound.EQUAL,
    "the other server could not write to it",
)
_ALL = (GRACE_PERIOD, OUTAGE_TOLERANCE, RESEND_DELAY, LOOKBACK)
_USUAL = (OUTAGE_TOLERANCE, LOOKBACK)  # values that servers have unless somebody changes them
RETENTION, LONG_RETENTION = "72h", "90d"


def retention(value: str) -> Flag:
    """Return the flag of how long samples are kept."""
    why = "queries that go back further would find nothing"
    return Flag("storage.tsdb.retention.time", value, Bound.AT_LEAST, why)


def external_url(url: str) -> Flag:
    """Return the flag of the address that links in notifications lead to."""
    why = "links in notifications would lead to the name of the machine"
    return Flag("web.external-url", url, Bound.EQUAL, why)


def flags(*, keeps: str, url: str | None, receives: bool) -> tuple[Flag, ...]:
    """Return the flags of a server that keeps samples so long, at `url`; written to or not."""
    address = (external_url(url),) if url else ()
    return (retention(keeps), *_ALL, *address, *((RECEIVER,) if receives else ()))


def written(found: tuple[Flag, ...]) -> str:
    """Return the flags that a command line needs: those whose default would not do."""
    return " ".join(flag.argument for flag in found if flag not in _USUAL)
