"""From an application's state in Redis to samples: counters add up, gauges are joined by rule.

No exposed count falls: a failover may undo flushes, and the instances send them again. What cannot
be merged costs itself: it is left out, counted with its reason, and noted.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from exporter.application.families import Joined, SchemaKey, exported_name, joined
from exporter.application.gauges import Levels, gauge_samples
from exporter.application.marks import CountMark
from exporter.application.memory import Memory
from exporter.application.series import (
    FamilySeries,
    Series,
    has_counts,
    newest_first,
)
from exporter.application.state import ApplicationState, LayoutState, Schema
from exporter.catalog.application import ACTIVE_USERS
from exporter.catalog.model import Family, Type
from exporter.exposition.samples import Part, Sample

SETTLED = 1.0  # seconds after which a merged value is surely exposed
LIMIT, TYPE, LABELS, UNREADABLE, NO_SCHEMA = "limit", "type", "labels", "unreadable", "schema"
OTHER_LABELS = "series left out: their labels are not those of the description"
Visited = Callable[[float], bool]


@dataclass(slots=True)
class Merged:
    """The parts to expose.

    notes    what was left out, and why
    hints    what is exposed with less detail than its versions have
    dropped  how many series or fields were left out, by family and reason
    cleaned  how many series have label values that cannot be exposed as they are, by family
    """

    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)
    cleaned: Counter[str] = field(default_factory=Counter)


class Merger:
    """Merges one application's instances, reading after reading."""

    def __init__(self, alive: float, limit: int, memory: Memory | None = None) -> None:
        """Count an instance as living for `alive` seconds after its last flush."""
        self._alive, self._limit = alive, limit
        self.memory = memory or Memory()
        self._schemas: dict[SchemaKey, Schema] = {}
        self._families: dict[str, Joined] = {}
        self._unfit: dict[SchemaKey, tuple[str, str]] = {}
        self._series: dict[str, FamilySeries] = {}
        self._last: dict[str, Part] = {}
        self._above_limit: dict[str, int] = {}

    def living(self, state: ApplicationState) -> dict[str, float]:
        """Return when each living instance last flushed."""
        return {i: at for i, at in state.seen.items() if state.now - at <= self._alive}

    def forget(self, layout: LayoutState, families: Collection[str]) -> None:
        """Forget what was deleted of some families on purpose, in a layout."""
        memory = self.memory
        memory.marks.forget(layout.version, layout.totals, families)
        for key in [k for k in memory.schemas if k.version == layout.version]:
            if key.family in families and (key.family, key.digest) not in layout.schemas:
                del memory.schemas[key]
        self._series.clear()
        self._last.clear()
        for name, family in self._families.items():
            left = FamilySeries(family, memory.marks.by_schema)
            memory.known[name] = memory.known.get(name, set()) & {
                series.pairs(family.family) for series in left.series.values()
            }

    def merge(self, state: ApplicationState, now: float, visited: Visited) -> Merged:
        """Return all parts to expose.

        A counter that appears after the first reading is exposed at zero until every scraper has
        read it: `visited` returns whether all have scraped since a time.
        """
        merged = Merged()
        self._remember()
        self._note_unreadable(state, merged)
        changed = self._raise_marks(state)
        self._update_schemas(state)
        changed |= self._reveal(visited)
        levels = Levels()
        living = self.living(state)
        for layout in state.layouts:
            levels.note(layout, living)
        if levels.unreadable:
            merged.dropped["gauges", UNREADABLE] += len(levels.unreadable)
            name = levels.unreadable[0]
            merged.notes.append(f"gauges: {name!r} is no field; check what else writes to this key")
        for name, family in sorted(self._families.items()):
            try:
                if family.family.type in (Type.COUNTER, Type.HISTOGRAM):
                    self._show_totals(family, merged, now, changed=name in changed)
                else:
                    self._show_gauges(family, levels, merged)
            except (ValueError, ArithmeticError, LookupError) as error:
                # One family's odd data must not cost the others.
                merged.dropped[name, UNREADABLE] += 1
                merged.notes.append(f"{name}: {type(error).__name__}: {error}")
        self._note_left_out(merged)
        self.memory.first = False
        return merged

    def show_users(self, users: Mapping[tuple[str, str], int], merged: Merged) -> None:
        """Add the numbers of active users."""
        samples = [Sample((region, window), count) for (region, window), count in users.items()]
        self._show(ACTIVE_USERS, samples, merged)

    def _remember(self) -> None:
        """Take the series of what was saved as exposed: their values are shown at once."""
        memory = self.memory
        if not memory.first and not memory.known:
            families, _ = joined(memory.schemas)
            for name, family in families.items():
                series = FamilySeries(family, memory.marks.by_schema).series.values()
                memory.known[name] = {one.pairs(family.family) for one in series}

    def _raise_marks(self, state: ApplicationState) -> set[str]:
        """Raise the marks; return the exported names of families that changed."""
        changed = set()
        for layout in state.layouts:
            risen, new = self.memory.marks.note(layout.version, layout.totals, state.now)
            changed |= {exported_name(key.family) for key in risen}
            self._extend(new)
            self.memory.epoch(layout.version).follow(layout, state.now)
        return changed

    def _extend(self, new: Iterable[CountMark]) -> None:
        """Add new marks to the series of families that are sorted already."""
        for mark in new:
            series = self._series.get(exported_name(mark.field.family))
            # A mark of a schema that is new here gets in when the family is sorted anew.
            if series is not None and mark.schema in series.joined.schemas:
                series.extend((mark,))

    def _update_schemas(self, state: ApplicationState) -> None:
        known = self.memory.schemas
        for layout in state.layouts:
            for (family, digest), schema in layout.schemas.items():
                known[SchemaKey(layout.version, family, digest)] = schema
        if known == self._schemas:
            return
        self._schemas = dict(known)
        families, unfit = joined(known)
        for name, before in self._families.items():
            if name in families and families[name].family == before.family:
                # The same object: what is encoded of it is kept.
                families[name] = replace(families[name], family=before.family)
        self._unfit = {key: (error.reason, str(error)) for key, error in unfit.items()}
        for name in [n for n in self._series if families.get(n) != self._families.get(n)]:
            del self._series[name]
        self._families = families

    def _reveal(self, visited: Visited) -> set[str]:
        """Show the values of series whose zero every scraper has read; return their families."""
        unseen = self.memory.unseen
        due = {at: visited(at + SETTLED) for at in set(unseen.values())}
        revealed = [key for key, at in unseen.items() if due[at]]
        for key in revealed:
            del unseen[key]
        return {name for name, _ in revealed}

    def _show_totals(self, family: Joined, merged: Merged, now: float, *, changed: bool) -> None:
        name = family.family.name
        series = self._series_of(name, family)
        last = self._last.get(name)
        if last is None or changed or last.family is not series.family:
            last = self._part(series, now)
        self._keep(name, last, merged)
        merged.cleaned[name] = series.cleaned
        if series.lost_bounds:
            merged.hints.append(
                f"{name}: the application's versions have no bucket bound in common, so that only "
                "counts and sums are exposed; once the old version is gone, take it out with "
                "`ionmon application forget`"
            )
        if series.unnamed:
            merged.dropped[name, LABELS] += len(series.unnamed)
            merged.notes.append(f"{name}: {len(series.unnamed)} {OTHER_LABELS}")
        self._note_limit(name, self._above_limit[name], merged)

    def _series_of(self, name: str, family: Joined) -> FamilySeries:
        """Return the series of a family; sorted anew where another schema has counts now."""
        found, marks = self._series.get(name), self.memory.marks.by_schema
        if found is not None:
            waiting = [key for key in family.schemas if key not in found.counted]
            if family.family.type is Type.COUNTER or not any(
                has_counts(marks.get(key, ())) for key in waiting
            ):
                return found
        self._last.pop(name, None)
        found = self._series[name] = FamilySeries(family, marks)
        return found

    def _part(self, series: FamilySeries, now: float) -> Part:
        name, family = series.family.name, series.family
        shown: Iterable[Series] = series.series.values()
        self._above_limit[name] = max(0, len(series.series) - self._limit)
        if self._above_limit[name]:
            last = self._last.get(name)
            exposed = {sample.labels for sample in last.samples} if last else set()
            shown = newest_first(shown, exposed)[: self._limit]
        created = min(self.memory.created(), default=float("nan"))
        samples = tuple(
            series.sample(one, created, zero=self._is_unseen(family, one, now)) for one in shown
        )
        return Part(family, samples)

    def _is_unseen(self, family: Family, series: Series, now: float) -> bool:
        """Return whether a series is to be exposed at zero: a new one, after the first reading."""
        memory, pairs = self.memory, series.pairs(family)
        known = memory.known.setdefault(family.name, set())
        if pairs not in known:
            known.add(pairs)
            if not memory.first:
                memory.unseen[family.name, pairs] = now
        return (family.name, pairs) in memory.unseen

    def _show_gauges(self, family: Joined, levels: Levels, merged: Merged) -> None:
        name, found = family.family.name, gauge_samples(family, levels)
        samples = [sample for _, sample in found.samples]
        if len(samples) > self._limit:
            last_first = sorted(found.samples, key=lambda row: (-row[0], row[1].labels))
            self._note_limit(name, len(samples) - self._limit, merged)
            samples = [sample for _, sample in last_first[: self._limit]]
        merged.cleaned[name] = found.cleaned
        if found.unnamed:
            merged.dropped[name, LABELS] += found.unnamed
            merged.notes.append(f"{name}: {found.unnamed} {OTHER_LABELS}")
        self._show(family.family, samples, merged)

    def _show(self, family: Family, samples: Iterable[Sample], merged: Merged) -> None:
        self._keep(family.name, Part(family, tuple(samples)), merged)

    def _keep(self, name: str, part: Part, merged: Merged) -> None:
        """Add a part; an unchanged one stays the same object: its text is reused."""
        last = self._last.get(name)
        if last is not None and last.samples == part.samples and last.family is part.family:
            part = last
        self._last[name] = part
        merged.parts.append(part)

    def _note_limit(self, name: str, number: int, merged: Merged) -> None:
        if number:
            merged.dropped[name, LIMIT] = number
            text = f"more than {self._limit} series, those that rose longest ago are left out"
            merged.notes.append(f"{name}: {text}")

    def _note_unreadable(self, state: ApplicationState, merged: Merged) -> None:
        for layout in state.layouts:
            merged.notes += layout.notes
            for name, number in layout.odd.items():
                merged.dropped[name, UNREADABLE] += number

    def _note_left_out(self, merged: Merged) -> None:
        """Note schemas that do not fit, and counts without a schema."""
        for key, (reason, text) in self._unfit.items():
            merged.dropped[exported_name(key.family), reason] += 1
            merged.notes.append(text)
        for key, marks in self.memory.marks.by_schema.items():
            if key not in self._schemas:
                merged.dropped[exported_name(key.family), NO_SCHEMA] += len(marks)
                merged.notes.append(f"{key.family}: Redis has counts of it, but no description")
        for (_, field_name), text in self.memory.marks.unreadable.items():
            merged.dropped["totals", UNREADABLE] += 1
            merged.notes.append(f"totals: {field_name!r}: {text}")
