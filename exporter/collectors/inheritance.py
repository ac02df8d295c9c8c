"""What a poll exposes after a reload, until it has read: what others read of it before.

Which poll reads a project changes with the settings: its own, or that of a metrics scope.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from exporter.catalog.labels import PROJECT
from exporter.catalog.model import Family
from exporter.cloud_monitoring.owners import reads
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.collectors.base import Delivery, Poll
from exporter.collectors.counter_poll import CounterPoll
from exporter.collectors.gauge_poll import GaugePoll
from exporter.collectors.project_label import LabelledPoll
from exporter.collectors.scope_poll import ScopePoll
from exporter.exposition.samples import Part, Sample


def inherited(poll: Poll, before: Iterable[tuple[Poll, Delivery]]) -> Delivery | None:
    """Return what earlier polls of the same family, or of the same name, delivered of a poll."""
    target = _target(poll)
    if target is None:
        return next((found for old, found in before if old.name == poll.name), None)
    taken = []
    for old, found in before:
        theirs = _target(old)
        if theirs and _reading(theirs) == _reading(target):
            return found
        taken.append((old.project, found))
    parts = tuple(p for project, found in taken for p in _parts(target, project, found))
    if not parts:
        return None
    times = [found.data_time for _, found in taken if found.data_time is not None]
    expires = max(found.expires for _, found in taken)
    return Delivery(parts=parts, expires=expires, data_time=max(times, default=None))


def _target(poll: Poll) -> FamilyTarget | None:
    if isinstance(poll, CounterPoll | GaugePoll | LabelledPoll | ScopePoll):
        return poll.fetch.target
    return None


def _reading(target: FamilyTarget) -> tuple[object, ...]:
    """Return what decides which samples a target has."""
    labels = (target.exposed or target.family).label_names
    return target.project, target.scope, target.listed, target.family.type, labels


def _parts(target: FamilyTarget, project: str, found: Delivery) -> Iterator[Part]:
    """Yield the parts of a delivery with the series that a target reads, labelled as it does."""
    exposed = target.exposed or target.family
    for part in found.parts:
        samples = tuple(_samples(target, project, part, exposed))
        if len(samples) == len(part.samples) and part.family.label_names == exposed.label_names:
            yield part
        elif samples:
            yield replace(part, family=exposed, samples=samples)


def _samples(target: FamilyTarget, project: str, part: Part, exposed: Family) -> Iterator[Sample]:
    names = part.family.label_names
    bare = tuple(name for name in names if name != PROJECT.name)
    if exposed.type is not part.family.type or exposed.label_names not in {
        names,
        bare,
        (PROJECT.name, *names),
    }:
        return  # its labels changed, too: these are other series
    for sample in part.samples:
        values = dict(zip(names, sample.labels, strict=True))
        owner = values.setdefault(PROJECT.name, project)
        if reads(target, owner):
            labels = tuple(values[name] for name in exposed.label_names)
            yield sample if labels == sample.labels else replace(sample, labels=labels)
