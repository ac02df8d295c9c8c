"""High-water marks: the highest total of each field that was read, so that no counter falls.

A failover may undo flushes, and the instances send them again; until then, the mark is exposed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from exporter.application.families import SchemaKey
from exporter.recorder.layout import SUM, RedisField, parts

Key = tuple[int, str]  # version of the layout, and the field's name


@dataclass(slots=True, eq=False)
class CountMark:
    """The highest total of a field, and the Unix time of the server when it last rose."""

    version: int
    name: str
    field: RedisField
    value: float
    risen: float

    @property
    def schema(self) -> SchemaKey:
        """Whose field it is."""
        return SchemaKey(self.version, self.field.family, self.field.digest)


class Marks:
    """The marks of all fields; remembers which rose, for whoever writes them down."""

    def __init__(self) -> None:
        self._marks: dict[Key, CountMark] = {}
        self.risen: dict[Key, CountMark] = {}
        self.gone: set[Key] = set()
        self.by_schema: dict[SchemaKey, list[CountMark]] = {}
        self.unreadable: dict[Key, str] = {}

    def note(
        self, version: int, totals: Mapping[str, float], now: float
    ) -> tuple[set[SchemaKey], list[CountMark]]:
        """Raise marks to the totals; return the schemas with risen fields, and new marks."""
        changed: list[CountMark] = []
        new: list[CountMark] = []
        fallen: list[CountMark] = []
        for name, value in totals.items():
            mark = self._marks.get((version, name))
            if mark is None:
                mark = self.add(version, name, value, now)
                if mark is not None:
                    new.append(mark)
            elif value > mark.value:
                mark.value, mark.risen = value, now
                changed.append(mark)
            elif value < mark.value and mark.field.part == SUM:
                fallen.append(mark)
        changed += self._lower(fallen, totals)
        for mark in (*new, *changed):
            self.risen[version, mark.name] = mark
        return {mark.schema for mark in (*new, *changed)}, new

    def _lower(
        self, fallen: Iterable[CountMark], totals: Mapping[str, float]
    ) -> Iterator[CountMark]:
        """Lower sums that fell because negative values were observed.

        The counts beside such a sum are there. Where Redis went back, they are not, and it stays.
        """
        behind: dict[SchemaKey, set[tuple[str, ...]]] = {}
        for mark in fallen:
            if mark.schema not in behind:
                behind[mark.schema] = {
                    beside.field.values
                    for beside in self.by_schema[mark.schema]
                    if beside.field.part != SUM and totals.get(beside.name, 0.0) < beside.value
                }
            if mark.field.values not in behind[mark.schema]:
                mark.value = totals[mark.name]
                yield mark

    def add(self, version: int, name: str, value: float, risen: float) -> CountMark | None:
        """Add a mark; None where the name is none of a field."""
        try:
            mark = CountMark(
                version=version, name=name, field=parts(name, version), value=value, risen=risen
            )
        except ValueError as error:
            self.unreadable[version, name] = str(error)
            return None
        self._marks[version, name] = mark
        self.gone.discard((version, name))
        self.by_schema.setdefault(mark.schema, []).append(mark)
        return mark

    def totals(self, version: int) -> Iterator[tuple[str, float]]:
        """Yield field and mark of a layout's fields."""
        for (of, name), mark in self._marks.items():
            if of == version:
                yield name, mark.value

    def forget(self, version: int, totals: Mapping[str, float], families: Collection[str]) -> None:
        """Forget marks of fields that Redis has no more, and lower those that began anew there.

        Marks of other families stay: what Redis lacks of them, it has lost.
        """
        for key in [k for k in self.unreadable if k[0] == version and k[1] not in totals]:
            del self.unreadable[key]
        for key, mark in list(self._marks.items()):
            if key[0] != version or mark.field.family not in families:
                continue
            value = totals.get(mark.name)
            if value is None:
                self._drop(key, mark)
            elif value < mark.value:
                mark.value, self.risen[key] = value, mark

    def _drop(self, key: Key, mark: CountMark) -> None:
        del self._marks[key]
        self.risen.pop(key, None)
        left = self.by_schema[mark.schema]
        left.remove(mark)
        if not left:
            del self.by_schema[mark.schema]
        self.gone.add(key)

    def saved(self, written: Iterable[Key], gone: Iterable[Key]) -> None:
        """Note what was written down."""
        for key in written:
            self.risen.pop(key, None)
        self.gone.difference_update(gone)
