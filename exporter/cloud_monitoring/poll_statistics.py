"""What one poll met, and which of the series on a page can be taken."""

from dataclasses import dataclass, field

from exporter.catalog.model import CloudMonitoring, Family
from exporter.cloud_monitoring.points import Identity, Raw, Unfit, check, identify


@dataclass(slots=True)
class Tally:
    """What one poll met: series and points, what was refused and why, labels nobody knows."""

    series: int = 0
    points: int = 0
    counted: int = 0
    too_late: int = 0
    newest: int = 0
    resets: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    def drop(self, reason: str, note: str) -> None:
        """Count a series that was left off, and keep the first few reasons in words."""
        self.dropped[reason] = self.dropped.get(reason, 0) + 1
        if self.dropped[reason] == 1:
            self.notes.append(f"a series was dropped ({reason}): {note}")

    def repeat(self, name: str) -> None:
        """Count a series that a page holds again; what it adds is counted once."""
        self.dropped["repeated"] = self.dropped.get("repeated", 0) + 1
        if self.dropped["repeated"] == 1:
            self.notes.append(f"{name} came twice on one page; its points count once")


class Labels:
    """Identities of source series, remembered by their bytes on the wire."""

    def __init__(self, family: Family, source: CloudMonitoring, project: str) -> None:
        self._of = (family, source)
        self._project = project
        self._known: dict[bytes, Identity] = {}

    def identity(self, wire: bytes, series: Raw) -> Identity:
        """Return the identity of a series, read once."""
        found = self._known.get(wire)
        if found is None:
            found = self._known[wire] = identify(*self._of, series, self._project)
        return found

    def release(self, wire: bytes) -> None:
        """Forget one identity that is remembered elsewhere from now on."""
        self._known.pop(wire, None)

    def forget(self) -> None:
        """Start the memory anew, so that series that are gone leave it."""
        self._known.clear()


def taken(
    tally: Tally, source: CloudMonitoring, series: Raw, identity: Identity, here: set[str]
) -> bool:
    """Say whether a series can be taken; count and note where not."""
    try:
        check(source, series)
    except Unfit as error:
        tally.drop("invalid", f"{identity.key[:200]}: {error}")
        return False
    if identity.unknown:
        tally.unknown.update(identity.unknown)
    if identity.key in here:
        tally.repeat(identity.key[:200])
    here.add(identity.key)
    return True
