"""What is to be backfilled: families with their cuts, in chunks that become a block each."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from exporter.catalog.model import Family, Label, MetricKind, Type
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.errors import IonmonError

STEP = 60  # seconds between samples
CHUNK = 54 * 3600  # a block range of Prometheus, aligned as its own blocks are
WINDOW = 6 * 3600  # seconds of one call
LONGEST = 42 * 86400  # Google keeps points of a minute for six weeks
LOOK_BACK = 300  # seconds for which Prometheus holds a sample
JOB = Label("job", "Scrape job.")
INSTANCE = Label("instance", "Address of the exporter.")
JOB_NAME = "ionmon"  # of the generated scrape configuration
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyCut:
    """A family of a project, and where its backfill ends: `cut`, Unix seconds."""

    target: FamilyTarget
    described: Described
    cut: int

    @property
    def counts(self) -> bool:
        """Return whether it is a counter."""
        return self.target.source.kind is not MetricKind.GAUGE

    @property
    def until(self) -> int:
        """The end of the last point that is read."""
        cumulative = self.target.source.kind is MetricKind.CUMULATIVE
        return self.cut + int(self.described.period) if cumulative else self.cut

    @property
    def last(self) -> int:
        """The step of the last sample with a value."""
        return -(-self.until // STEP) * STEP

    @property
    def zero(self) -> int:
        """The step at which a counter ends with 0."""
        return self.last + STEP

    @property
    def family(self) -> Family:
        """The family as it is scraped: with the labels of the target."""
        exposed = self.target.exposed or self.target.family
        return replace(exposed, labels=(*exposed.labels, JOB, INSTANCE))

    def identity(self) -> tuple[object, ...]:
        """Return everything that its samples depend on, beside the points."""
        target, family = self.target, self.family
        what = (target.name, family.type, family.label_names, repr(target.source), target.limit)
        return (*what, sorted(target.selection.allowed.items()), self.cut, self.described.period)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Samples at `start` or later and before `end`, Unix seconds; in whole it is CHUNK long."""

    start: int
    end: int

    @property
    def name(self) -> str:
        """The name of its folders."""
        return str(self.start)

    def windows(self) -> Iterator["Chunk"]:
        """Yield the parts that are read with one call of each family."""
        for start in range(self.start, self.end, WINDOW):
            yield Chunk(start, min(start + WINDOW, self.end))


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillPlan:
    """All of it: families, the first sample's time, the labels of the scraped exporter.

    live   when the exporter's page can have been scraped first
    rules  a digest of the rules
    """

    families: tuple[FamilyCut, ...]
    start: int
    live: int
    instance: str
    rules: str

    @property
    def cut(self) -> int:
        """The first cut of a counter: up to it there is everything."""
        return min(family.cut for family in self.families if family.counts)

    @property
    def end(self) -> int:
        """When the last sample of the exporter's own families is written at the latest."""
        return max(family.zero for family in self.families) + STEP

    def chunks(self) -> tuple[Chunk, ...]:
        """Return all chunks, in order of time."""
        first = self.start // CHUNK * CHUNK
        last = max(self.end, min(self.end + LOOK_BACK, self.live))
        return tuple(
            Chunk(max(at, self.start), min(at + CHUNK, last)) for at in range(first, last, CHUNK)
        )

    def identity(self) -> str:
        """Return a text that is the same for the same plan: what is done of it stays done."""
        body = {
            "format": FORMAT,
            "start": self.start,
            "live": self.live,
            "cuts": [each.identity() for each in self.families],
            "instance": self.instance,
            "rules": self.rules,
        }
        return json.dumps(body, indent=1) + "\n"


def sample_names(family: Family) -> frozenset[str]:
    """Return the names of a family's samples."""
    if family.type is not Type.HISTOGRAM:
        return frozenset((family.name,))
    return frozenset(f"{family.name}_{end}" for end in ("bucket", "sum", "count"))


def read_by_rules(
    targets: Iterable[FamilyTarget], names: Collection[str]
) -> tuple[FamilyTarget, ...]:
    """Return the targets that rules read. Raises IonmonError where there is none, or a scope."""
    found = tuple(t for t in targets if not sample_names(t.family).isdisjoint(names))
    for target in found:
        if target.scope:
            raise IonmonError(
                f"{target.project}: a metrics scope cannot be backfilled; list its projects in "
                "google.projects of a file of its own"
            )
    if not found:
        raise IonmonError("no rule reads a metric of Cloud Monitoring that these settings read")
    return found


def cuts(
    described: Mapping[str, Described],
    targets: Iterable[FamilyTarget],
    starts: Mapping[str, int],
) -> tuple[FamilyCut, ...]:
    """Return each family with its cut; that of a gauge is the first of its project's counters.

    A counter that the exporter never read has no cut, and is left out.
    """
    begun: dict[str, list[int]] = {}
    for name, at in starts.items():
        begun.setdefault(name.partition("/")[0], []).append(at)
    found = []
    for target in targets:
        counts = target.source.kind is not MetricKind.GAUGE
        own = (
            starts.get(target.name) if counts else min(begun.get(target.project, ()), default=None)
        )
        if own is not None:
            cut = own // SECOND
            found.append(FamilyCut(target=target, described=described[target.name], cut=cut))
    if not any(each.counts for each in found):
        raise IonmonError(
            "the exporter has counted none of the metrics that rules read; let it run for a few "
            "minutes, then backfill what was before"
        )
    return tuple(found)


def digest(texts: Iterable[str]) -> str:
    """Return a short digest of texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
