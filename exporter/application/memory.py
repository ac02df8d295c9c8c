"""What an exporter has to know of an application after a reload and a restart, in one place."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from exporter.application.families import SchemaKey
from exporter.application.marks import Marks
from exporter.application.series import Pairs
from exporter.application.state import LayoutState, Schema

OLDER = 300.0  # seconds; CLOCKS_DIFFER of exporter.recorder.standing is the same
SeriesKey = tuple[str, Pairs]  # exported family, labels by name


@dataclass(slots=True)
class Epoch:
    """What was last read of a layout's epoch: what an emptied Redis is filled with again.

    name         the epoch; empty before the first one
    created      when its counting began, as it is written in meta
    past         all epochs that were seen: one that comes back was restored, not begun
    seqs         numbers of the flushes that the marks include
    generations  all that were seen of the hash of these numbers
    forgotten    how often series were deleted on purpose
    read         the server's Unix time at the last reading
    """

    name: str = ""
    created: str = ""
    past: set[str] = field(default_factory=set)
    seqs: dict[str, int] = field(default_factory=dict)
    generations: set[str] = field(default_factory=set)
    forgotten: float = 0.0
    read: float = 0.0

    def is_emptied(self, layout: LayoutState) -> bool:
        """Return whether Redis lost the data, and nobody has filled it again."""
        return (
            bool(self.name)
            and bool(layout.epoch)
            and layout.epoch not in self.past
            and "seeded" not in layout.meta
            and not self._is_older(layout)
        )

    def _is_older(self, layout: LayoutState) -> bool:
        """Return whether an epoch that was never seen is an older one: a snapshot was loaded.

        It began long before the last reading, or its generation was seen: emptying Redis begins
        another.
        """
        began = layout.number("created")
        return began < self.read - OLDER or layout.generation in self.generations

    def continues(self, layout: LayoutState) -> bool:
        """Return whether a layout's totals are those that were counted, or will be filled in."""
        is_filled = layout.meta.get("created") == self.created  # by an exporter that knew them
        return layout.epoch in self.past or is_filled or self.is_emptied(layout)

    def follow(self, layout: LayoutState, now: float) -> None:
        """Note what a layout has now, by the server's Unix time."""
        if layout.epoch:
            self.read = now
            self.name, self.created = layout.epoch, layout.meta.get("created", "")
            self.past.add(layout.epoch)
            self.seqs = dict(layout.seqs)
            self.generations.update({layout.generation} - {""})
            self.forgotten = layout.number("forgotten")


@dataclass(slots=True)
class Memory:
    """The listed state, and nothing else, survives.

    marks    the highest totals
    schemas  descriptions of families, also of those that Redis has no more
    epochs   what was last read of each layout's epoch
    known    series that were exposed, by family
    unseen   series exposed at zero until every scraper has come since that time
    first    whether there was no reading yet: then all series are exposed as they are
    server   which server the settings named, empty where that is not known
    """

    marks: Marks = field(default_factory=Marks)
    schemas: dict[SchemaKey, Schema] = field(default_factory=dict)
    epochs: dict[int, Epoch] = field(default_factory=dict)
    known: dict[str, set[Pairs]] = field(default_factory=dict)
    unseen: dict[SeriesKey, float] = field(default_factory=dict)
    first: bool = True
    server: str = ""

    def is_of_another(self, server: str, layouts: Iterable[LayoutState]) -> bool:
        """Return whether other settings name another server, which has its own counts."""
        if self.server in ("", server):
            return False
        begun = [layout for layout in layouts if layout.epoch]
        return bool(begun) and not any(self.epoch(one.version).continues(one) for one in begun)

    def created(self) -> Iterator[float]:
        """Yield when each layout's counting began, Unix time."""
        for epoch in self.epochs.values():
            with suppress(ValueError):
                yield float(epoch.created)

    def epoch(self, version: int) -> Epoch:
        """Return what is known of a layout's epoch."""
        return self.epochs.setdefault(version, Epoch())
