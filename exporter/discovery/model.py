"""What was found in a project: services, databases, caches, load balancers, as frozen values."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class FoundService:
    """A Cloud Run service that had an instance, and where."""

    project: str
    name: str
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class FoundDatabase:
    """A Cloud SQL instance, by its id in Cloud Monitoring: PROJECT:INSTANCE."""

    project: str
    database: str
    region: str
    is_replica: bool = False


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class FoundCache:
    """An instance or cluster of Memorystore; `families` is the pattern that reads it."""

    project: str
    name: str
    region: str
    product: str
    families: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What the series of some projects name, and what reading it cost.

    called       the projects that were named in calls
    others       further projects whose series came with them: those of a metrics scope
    balancers    URL maps of external load balancers, some of them
    log_metrics  whether the log-based metrics of docs/roads.md are defined
    calls        calls made
    billed       series that they are billed for
    faults       what could not be read, and why
    """

    called: tuple[str, ...]
    others: tuple[str, ...] = ()
    services: tuple[FoundService, ...] = ()
    databases: tuple[FoundDatabase, ...] = ()
    caches: tuple[FoundCache, ...] = ()
    balancers: tuple[str, ...] = ()
    log_metrics: bool = False
    calls: int = 0
    billed: int = 0
    faults: tuple[str, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of all services, each once."""
        return _once(region for service in self.services for region in service.regions)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all services, each once."""
        return _once(service.name for service in self.services)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found that can be watched."""
        return not (self.services or self.databases or self.caches or self.balancers)


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))
