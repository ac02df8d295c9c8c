"""What is wrong with the service, in a line: error rate 12% in europe-west1, limit 1%."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from exporter.catalog.signals import SIGNALS
from exporter.prometheus.api import Labels
from exporter.summary.label_text import MEASURED
from exporter.summary.limits import LimitState
from exporter.summary.recent import RecentPlace, RecentService, RecentSignal, UnknownSignal
from exporter.summary.wording import shown

BEYOND = (LimitState.CRITICAL, LimitState.BEYOND)
_SHORT = {signal.name: signal.short for signal in SIGNALS if signal.short}
_NAMED = 3  # signals that are not known, in a headline


@dataclass(frozen=True, slots=True)
class Breach:
    """A signal that is beyond a limit at a place."""

    signal: RecentSignal
    place: RecentPlace


def breaches(service: RecentService) -> tuple[Breach, ...]:
    """Return what is beyond a limit: what is critical first, else in the order of the signals."""
    every = [Breach(signal, place) for signal in service.signals for place in signal.places]
    return tuple(one for state in BEYOND for one in every if one.place.state is state)


def headline(service: RecentService | None) -> str:
    """Return what is wrong, or else what nobody knows, or that nothing is wrong."""
    if service is None or not _has_begun(service):
        return "nothing is known of the service yet"
    found = breaches(service)
    if found:
        more = f", and {len(found) - 1} more beyond a limit" if len(found) > 1 else ""
        return f"{_worded(found[0], service)}{more}"
    if service.limits_fault:
        return "values of the service are known, its limits are not"
    not_known = [one for one in service.not_known if not one.absent]
    if not_known:
        return _not_known(not_known)
    return "the service is within its limits"


def _has_begun(service: RecentService) -> bool:
    """Say whether there is a value, or was more than can be watched."""
    return any(one.now is not None for one in service.signals) or any(
        one.given_up for one in service.not_known
    )


def _not_known(found: Sequence[UnknownSignal]) -> str:
    more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"not known: {', '.join(short_noun(one) for one in found[:_NAMED])}{more}"


def _worded(one: Breach, service: RecentService) -> str:
    signal, place = one.signal, one.place
    value = f"{short_noun(signal)} {shown(place.now, signal.unit)}"
    limit = f", limit {shown(place.limit.value, signal.unit)}" if place.limit else ""
    return f"{value} {where(place.labels, several=_several(service))}{limit}"


def short_noun(signal: RecentSignal | UnknownSignal) -> str:
    """Return a signal in two or three words."""
    return _SHORT.get(signal.name, signal.noun.partition(" (")[0])


def where(labels: Labels, *, several: bool) -> str:
    """Return where a place is: in europe-west1; of which service, where there are several."""
    found = dict(labels)
    shown_ = (name for name in MEASURED if name in found and (several or name != MEASURED[0]))
    own = [f"of {found[name]}" for name in shown_]
    return " ".join([*own, *([f"in {found['region']}"] if "region" in found else [])])


def _several(service: RecentService) -> bool:
    return len(set(_services(service.signals))) > 1


def _services(signals: Iterable[RecentSignal]) -> Iterator[str]:
    for signal in signals:
        for place in signal.places:
            yield from (value for name, value in place.labels if name == MEASURED[0])
