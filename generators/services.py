"""Which services share one form of an alert: the same row of the policy, and the same team.

An alert is generated once for all services that no entry of `services` sets apart, and once for
each other form. The forms of one alert have the same name and exclude each other, so that a series
is judged by exactly one of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from exporter.catalog.expression import Matcher
from exporter.settings import Settings
from exporter.settings.services import DATABASE, REDIS, SERVICE
from generators.selectors import AnyMatcher, ExcludedMatcher

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant(Generic[Row]):
    """One form of an alert.

    row       what holds: a row of the policy, an objective
    team      who owns the services; empty where nobody is named
    matchers  take exactly the series that this form judges; none where there is one form only
    services  the names that the form is for; empty for all that are not set apart
    """

    row: Row
    team: str
    matchers: tuple[AnyMatcher, ...]
    services: tuple[str, ...] = ()


def service_label(labels: Sequence[str]) -> str | None:
    """Return the label that says of which service a series is; None where none does."""
    return next((one for one in (SERVICE, DATABASE, REDIS) if one in labels), None)


def variants(
    settings: Settings, labels: Sequence[str], row_of: Callable[[Settings], Row | None]
) -> tuple[Variant[Row], ...]:
    """Return the forms of an alert whose series carry `labels`; the one of all others first.

    `row_of` returns what holds under settings; None where the alert is off.
    """
    label = service_label(labels)
    default = row_of(settings)
    apart: dict[tuple[str, Row | None], list[str]] = defaultdict(list)
    for name in settings.services if label else ():
        form = (settings.services[name].owner or "", row_of(settings.of_service(name)))
        if form != ("", default) and _values(settings, name, label):
            apart[form].append(name)
    found = []
    excluded = tuple(v for names in apart.values() for v in _all_values(settings, names, label))
    if default is not None:
        matchers = (ExcludedMatcher(label, excluded),) if label and excluded else ()
        found.append(Variant(row=default, team="", matchers=matchers))
    for (team, row), names in apart.items():
        if row is not None and label:
            matcher = Matcher(label, tuple(_all_values(settings, names, label)))
            found.append(Variant(row=row, team=team, matchers=(matcher,), services=tuple(names)))
    return tuple(found)


def _values(settings: Settings, name: str, label: str | None) -> tuple[str, ...]:
    return settings.services[name].values(name)[label] if label else ()


def _all_values(settings: Settings, names: Sequence[str], label: str | None) -> Iterator[str]:
    for name in names:
        yield from _values(settings, name, label)
