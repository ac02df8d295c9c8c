"""An application's state in Redis at one moment, from the replies to one transaction.

One reply, field or description that cannot be read costs only itself: it is noted and counted.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isinf, isnan
from typing import TypeVar

from redis.exceptions import AuthenticationError, NoPermissionError

from exporter.errors import PollError, Reason
from exporter.recorder.layout import (
    GENERATION,
    SEPARATOR,
    VERSIONS,
    Shape,
    family_parts,
    shape,
    stamped,
)
from exporter.redis.client import Reply

_WRONG_TYPE = "WRONGTYPE"
_FORGOTTEN = "forgotten:"
_LONGEST = 200
_WITH_FAMILIES = ("families", "totals", "gauges")
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class StoredLevel:
    """A gauge of one instance: its value, and the Unix time when it was set; 0 if unknown."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Schema:
    """A family's description, and the Unix time of its last announcement; 0 if unknown."""

    shape: Shape
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutState:
    """What Redis has under one version of the layout.

    meta        epoch, created, seeded and so on: see exporter.recorder.scripts
    schemas     descriptions by family and digest; the digest is empty in version 1
    totals      sums by field
    gauges      levels by instance and field
    seqs        number of the last flush of each instance
    generation  the token of the hash that they are in; empty where it has none
    seen        Unix time of the last flush of each instance
    odd         how many fields could not be read, by family; by key where the family is unknown
    notes       what could not be read
    """

    version: int
    meta: Mapping[str, str] = field(default_factory=dict)
    schemas: Mapping[tuple[str, str], Schema] = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)
    gauges: Mapping[tuple[str, str], StoredLevel] = field(default_factory=dict)
    seqs: Mapping[str, int] = field(default_factory=dict)
    generation: str = ""
    seen: Mapping[str, float] = field(default_factory=dict)
    odd: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def epoch(self) -> str:
        """The epoch of the totals; empty where there are none."""
        return self.meta.get("epoch", "")

    def forgotten(self, before: float) -> frozenset[str]:
        """Return the families of which series were deleted on purpose after the time `before`.

        Times are counted: the first is 1.
        """
        names = (name for name in self.meta if name.startswith(_FORGOTTEN))
        found = (n.removeprefix(_FORGOTTEN) for n in names if self.number(n) > before)
        if self.version == 1:
            return frozenset(found)
        return frozenset(family_parts(name + SEPARATOR)[0] for name in found)

    def number(self, name: str) -> float:
        """Return a number in meta, 0 where there is none."""
        try:
            return float(self.meta.get(name, 0))
        except ValueError:
            return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationState:
    """The state of an application at one moment: Unix time of the server, both layouts, bytes."""

    now: float
    layouts: tuple[LayoutState, ...] = tuple(LayoutState(version=v) for v in VERSIONS)
    size: int = 0

    @property
    def seen(self) -> Mapping[str, float]:
        """Unix time of the last flush of each instance, of both layouts."""
        found: dict[str, float] = {}
        for layout in self.layouts:
            for instance, at in layout.seen.items():
                found[instance] = max(at, found.get(instance, at))
        return found

    @property
    def fields(self) -> int:
        """How many fields the totals have."""
        return sum(len(layout.totals) for layout in self.layouts)

    @property
    def most_fields(self) -> int:
        """How many fields the totals of the fuller layout have: the limit is for each."""
        return max(len(layout.totals) for layout in self.layouts)


def layout_state(version: int, replies: Mapping[str, Reply]) -> LayoutState:
    """Return the state in the replies to reading each key of a layout, by the key's short name."""
    rows = Rows(replies)
    return LayoutState(
        version=version,
        meta=dict(rows.read("meta", lambda name, text: (name, text))),
        schemas=dict(rows.read("families", _described if version == 1 else _announced)),
        totals=dict(rows.read("totals", _total)),
        gauges=dict(rows.read("gauges", _level if version == 1 else _stamped_level)),
        seqs=dict(rows.read("seqs", _sequence)),
        generation=rows.text("seqs", GENERATION),
        seen=dict(rows.read("seen", _total)),
        odd=dict(rows.odd),
        notes=tuple(rows.notes()),
    )


class Rows:
    """The rows of the replies; what cannot be read is counted, and one such row of a key noted."""

    def __init__(self, replies: Mapping[str, Reply]) -> None:
        self._replies = replies
        self._faults: dict[str, str] = {}
        self.odd: Counter[str] = Counter()

    def read(self, name: str, of: Callable[[str, str], _Row | None]) -> Iterator[_Row]:
        """Yield what `of` makes of each field and text of a key's reply."""
        reply = self._replies.get(name)
        if isinstance(reply, Exception):
            self._note(name, name, str(reply))
            return
        for field_name, text in _texts(reply if isinstance(reply, list) else ()):
            try:
                row = of(field_name, text)
            except ValueError as error:
                self._note(name, _family(name, field_name), f"{field_name}: {error}")
            else:
                if row is not None:
                    yield row

    def text(self, name: str, field_name: str) -> str:
        """Return the text of one field of a key's reply; empty where there is none."""
        reply = self._replies.get(name)
        found = _texts(reply if isinstance(reply, list) else ())
        return next((text for other, text in found if other == field_name), "")

    def notes(self) -> Iterator[str]:
        """Yield a sentence for each key that has rows that cannot be read."""
        for name, text in self._faults.items():
            printable = "".join(c if c.isprintable() else " " for c in text[:_LONGEST])
            yield f"{name}: {printable}; check what else writes to this key"

    def _note(self, name: str, family: str, text: str) -> None:
        self.odd[family] += 1
        self._faults.setdefault(name, text)


def refusal(error: Exception) -> PollError:
    """Return the failure that an error reply means, with its fix."""
    text = str(error)
    if isinstance(error, NoPermissionError | AuthenticationError):
        fix = "grant the user the application's keys, ~ionmon:*, and the commands it needs"
        return PollError(Reason.PERMISSION, f"{text[:200]}; {fix}")
    return PollError(Reason.INVALID, text[:200])


def is_wrong_type(reply: Reply) -> bool:
    """Return whether a reply says that a key has another type: that costs only this key."""
    return isinstance(reply, Exception) and str(reply).startswith(_WRONG_TYPE)


def size(reply: Reply) -> int:
    """Return how many bytes a reply has, about."""
    if isinstance(reply, list):
        return sum(map(size, reply))
    return len(reply) if isinstance(reply, bytes) else 8


def text_of(reply: Reply) -> str:
    """Return a reply as text."""
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)


def _texts(reply: Sequence[Reply]) -> Iterator[tuple[str, str]]:
    pairs = iter(reply)
    for name in pairs:
        yield text_of(name), text_of(next(pairs))


def _family(key: str, field_name: str) -> str:
    """Return the family that a field names, as far as it can be read; else the key."""
    if key not in _WITH_FAMILIES:
        return key
    words = field_name.split(SEPARATOR)
    return words[1] if key == "gauges" and len(words) > 1 else words[0]


def _total(name: str, text: str) -> tuple[str, float]:
    value = float(text)
    if isnan(value) or isinf(value):
        raise ValueError(f"{text} cannot be added")
    return name, value


def _sequence(name: str, text: str) -> tuple[str, int] | None:
    return None if name == GENERATION else (name, int(text))


def _split(name: str) -> tuple[str, str]:
    instance, found, field_name = name.partition(SEPARATOR)
    if not found:
        raise ValueError("no instance")
    return instance, field_name


def _level(name: str, text: str) -> tuple[tuple[str, str], StoredLevel]:
    return _split(name), StoredLevel(0.0, float(text))


def _stamped_level(name: str, text: str) -> tuple[tuple[str, str], StoredLevel]:
    at, value = stamped(text)
    return _split(name), StoredLevel(at, float(value))


def _described(name: str, text: str) -> tuple[tuple[str, str], Schema]:
    return (name, ""), Schema(shape(text))


def _announced(name: str, text: str) -> tuple[tuple[str, str], Schema]:
    at, written = stamped(text)
    return family_parts(name), Schema(shape(written), at)
