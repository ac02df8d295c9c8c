"""Groups parts by family, so that each family and each series is exposed once.

Families change while the exporter runs: an application adds a label, settings change a type. What
contradicts the rest of its family is left out alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from exporter.catalog.model import Family, Type
from exporter.exposition.samples import Part, Sample

Labels = tuple[str, ...]
Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Series that are not exposed: their family, the reason, how many, and a sentence."""

    family: str
    reason: str
    series: int
    text: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FamilyGroup:
    """The parts of one family name: as they were delivered, and as they are exposed.

    Parts may have other labels and another help than `family`, never another type.
    """

    family: Family
    delivered: tuple[Part, ...]
    exposed: tuple[Part, ...]
    left_out: tuple[LeftOut, ...] = ()


def grouped(parts: Iterable[Part], before: Mapping[str, FamilyGroup]) -> dict[str, FamilyGroup]:
    """Return groups by name, in the order in which names come first; unchanged ones are reused."""
    delivered: dict[str, list[Part]] = {}
    for part in parts:
        if part.samples:
            delivered.setdefault(part.family.name, []).append(part)
    return {name: _group(tuple(each), before.get(name)) for name, each in delivered.items()}


def _group(delivered: tuple[Part, ...], before: FamilyGroup | None) -> FamilyGroup:
    if before and before.delivered == delivered:  # parts are compared by identity
        return before
    kind = _kind(delivered, before)
    fitting = [part for part in delivered if part.family.type is kind]
    exposed = list(_once(fitting))
    left_out = (*_contradicting(delivered, kind), *_repeated(fitting, exposed))
    return FamilyGroup(
        family=fitting[0].family,
        delivered=delivered,
        exposed=tuple(part for part in exposed if part.samples),
        left_out=left_out,
    )


def _kind(delivered: tuple[Part, ...], before: FamilyGroup | None) -> Type:
    """Return the type of the family: the exposed one as long as a part has it."""
    kinds = [part.family.type for part in delivered]
    return before.family.type if before and before.family.type in kinds else kinds[0]


def _contradicting(delivered: tuple[Part, ...], kind: Type) -> Iterator[LeftOut]:
    others = [part for part in delivered if part.family.type is not kind]
    if others:
        name, other = others[0].family.name, others[0].family.type
        text = f"{name}: is exposed as a {kind}; series of it as a {other} are left out"
        yield LeftOut(name, "type", sum(len(part.samples) for part in others), text)


def _repeated(fitting: list[Part], exposed: list[Part]) -> Iterator[LeftOut]:
    number = sum(len(part.samples) for part in fitting) - sum(len(p.samples) for p in exposed)
    if number:
        name = fitting[0].family.name
        text = f"{name}: two polls read the same series; that of the first is exposed"
        yield LeftOut(name, "duplicate", number, text)


def _once(parts: list[Part]) -> Iterator[Part]:
    """Yield parts without series of earlier ones; a part that keeps all stays the same object."""
    alike = len({part.family.label_names for part in parts}) == 1
    seen: set[Labels | Pairs] = set()
    for part in parts:
        key = _values if alike else _pairs(part.family.label_names)
        own: set[Labels | Pairs] = {key(sample) for sample in part.samples}
        if len(own) == len(part.samples) and seen.isdisjoint(own):
            yield part
        else:
            yield Part(part.family, tuple(_fresh(part.samples, key, seen)))
        if part is not parts[-1]:
            seen |= own


def _fresh(
    samples: tuple[Sample, ...], key: Callable[[Sample], Labels | Pairs], seen: set[Labels | Pairs]
) -> Iterator[Sample]:
    for sample in samples:
        found = key(sample)
        if found not in seen:
            seen.add(found)
            yield sample


def _values(sample: Sample) -> Labels:
    return sample.labels


def _pairs(names: Labels) -> Callable[[Sample], Pairs]:
    """Return what tells series apart whose families differ in labels: an empty one is none."""
    # A sample that does not fit its family is left to the encoding, which refuses its part.
    return lambda s: frozenset((n, v) for n, v in zip(names, s.labels, strict=False) if v)
