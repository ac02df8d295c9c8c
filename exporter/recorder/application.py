"""The metrics that dashboards and alerts expect of an application, under their names."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from . import families
from .bounded import Bounded
from .families import ApplicationFamily
from .recorder import Recorder

MOST_ENDPOINTS, MOST_NAMES = 100, 50


class Application:
    """Counts requests, cache, pool, queries and business events.

    Every label with free values is bounded: values after the first so many are counted as `other`.
    """

    def __init__(self, recorder: Recorder | None = None) -> None:
        """Make the metrics in the recorder's registry; without one in the default registry."""
        self.recorder = recorder
        registry = recorder.registry if recorder else REGISTRY
        self._http(registry)
        self._cache_and_database(registry)
        self._business(registry)

    def _http(self, registry: CollectorRegistry) -> None:
        self._requests = _counter(families.REQUESTS, registry)
        self._durations = _histogram(families.REQUEST_DURATION, registry)
        self._endpoints = Bounded(MOST_ENDPOINTS)
        self._prepared: set[tuple[str, str]] = set()

    def _cache_and_database(self, registry: CollectorRegistry) -> None:
        self._hits = _counter(families.L1_HITS, registry)
        self._misses = _counter(families.L1_MISSES, registry)
        self._evictions = _counter(families.L1_EVICTIONS, registry)
        self._queries = _histogram(families.QUERY_DURATION, registry)
        self._pool = _gauge(families.POOL_CONNECTIONS, registry)
        self._pool_limit = _gauge(families.POOL_LIMIT, registry)

    def _business(self, registry: CollectorRegistry) -> None:
        self._confidence = _histogram(families.ROUTING_CONFIDENCE, registry)
        self._personas = _counter(families.PERSONA_REQUESTS, registry)
        self._features = _counter(families.FEATURE_USES, registry)
        self._persona_names, self._feature_names = Bounded(MOST_NAMES), Bounded(MOST_NAMES)

    def request(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """Count a request; `endpoint` is a route template, never the requested path."""
        name, verb = self._endpoints.of(endpoint), method_of(method)
        if (name, verb) not in self._prepared:
            self._prepared.add((name, verb))
            # From 0, a series shows its first error as a rise; one that begins at 1 hides it.
            for code_class in families.CODE_CLASSES:
                self._requests.labels(name, verb, code_class)
        self._requests.labels(name, verb, f"{status // 100}xx").inc()
        self._durations.labels(name).observe(seconds)

    def cache_hit(self) -> None:
        """Count a read that the local cache answered."""
        self._hits.inc()

    def cache_miss(self) -> None:
        """Count a read that the local cache did not answer."""
        self._misses.inc()

    def cache_eviction(self, number: int = 1) -> None:
        """Count entries that the local cache evicted."""
        self._evictions.inc(number)

    def query(self, seconds: float) -> None:
        """Count a database query."""
        self._queries.observe(seconds)

    def pool(self, active: int, idle: int, limit: int) -> None:
        """Set the connections of the pool: in use, idle, and how many it may have."""
        for state, number in zip(families.POOL_STATES, (active, idle), strict=True):
            self._pool.labels(state).set(number)
        self._pool_limit.set(limit)

    def routing_decision(self, confidence: float, persona: str) -> None:
        """Count a request that was routed to a persona, with the confidence, 0 to 1."""
        self._confidence.observe(confidence)
        self._personas.labels(self._persona_names.of(persona)).inc()

    def active_user(self, user: str) -> None:
        """Count a user as active. Only a digest of the name leaves the process."""
        if self.recorder:
            self.recorder.users.add(user)

    def feature_used(self, name: str) -> None:
        """Count a use of a feature."""
        self._features.labels(self._feature_names.of(name)).inc()


def _counter(family: ApplicationFamily, registry: CollectorRegistry) -> Counter:
    return Counter(family.name, family.help, family.labels, registry=registry)


def _gauge(family: ApplicationFamily, registry: CollectorRegistry) -> Gauge:
    return Gauge(family.name, family.help, family.labels, registry=registry)


def _histogram(family: ApplicationFamily, registry: CollectorRegistry) -> Histogram:
    return Histogram(
        family.name, family.help, family.labels, buckets=family.bounds, registry=registry
    )


_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def method_of(method: str) -> str:
    """Return a method that HTTP defines as it is, any other as `other`."""
    return method if method in _METHODS else "other"
