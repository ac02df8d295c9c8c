"""The metrics that dashboards and alerts expect of an application, under their names."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from .bounded import Bounded
from .recorder import Recorder

MOST_ENDPOINTS, MOST_NAMES = 100, 50
_CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
_SECONDS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2),
    *(0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0, 30.0),
)
_CONFIDENCE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)


class Application:
    """Counts requests, cache, pool, queries and what the business watches.

    Every label with free values is bounded: what comes after the first many is counted as `other`.
    """

    def __init__(self, recorder: Recorder | None = None) -> None:
        """Make the metrics in the recorder's registry; without one in the default registry."""
        self.recorder = recorder
        registry = recorder.registry if recorder else REGISTRY
        self._requests_by(registry)
        self._cache_and_database(registry)
        self._business(registry)

    def _requests_by(self, registry: CollectorRegistry) -> None:
        labels = ["endpoint", "method", "response_code_class"]
        self._requests = Counter(
            "app_requests", "Requests by route template.", labels, registry=registry
        )
        self._durations = Histogram(
            "app_request_duration_seconds",
            "Time of requests by route template.",
            ["endpoint"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._endpoints = Bounded(MOST_ENDPOINTS)
        self._met: set[tuple[str, str]] = set()

    def _cache_and_database(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str) -> Counter:
            return Counter(name, text, registry=registry)

        self._hits = counter("app_cache_l1_hits", "Reads that the local cache answered.")
        self._misses = counter("app_cache_l1_misses", "Reads that the local cache did not.")
        self._evictions = counter("app_cache_l1_evictions", "Entries that the cache evicted.")
        self._queries = Histogram(
            "app_query_duration_seconds",
            "Time of database queries, as the application sees it.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._pool = Gauge(
            "app_pool_connections", "Connections of the pool.", ["state"], registry=registry
        )
        self._pool_limit = Gauge(
            "app_pool_limit", "Connections that the pool may have.", registry=registry
        )

    def _business(self, registry: CollectorRegistry) -> None:
        self._confidence = Histogram(
            "app_routing_confidence_ratio",
            "Confidence of routing decisions, 0 to 1.",
            buckets=_CONFIDENCE,
            registry=registry,
        )
        self._personas = Counter(
            "app_persona_requests",
            "Requests by the persona that answered.",
            ["persona"],
            registry=registry,
        )
        self._features = Counter(
            "app_feature_uses", "Uses of features.", ["feature"], registry=registry
        )
        self._persona_names, self._feature_names = Bounded(MOST_NAMES), Bounded(MOST_NAMES)

    def request(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """Count a request; `endpoint` is a route template, never the path that was asked for."""
        name, verb = self._endpoints.of(endpoint), _method(method)
        if (name, verb) not in self._met:
            self._met.add((name, verb))
            for code_class in _CLASSES:  # at zero, so that the first error is a rise
                self._requests.labels(name, verb, code_class)
        self._requests.labels(name, verb, f"{status // 100}xx").inc()
        self._durations.labels(name).observe(seconds)

    def cache_hit(self) -> None:
        """Count a read that the local cache answered."""
        self._hits.inc()

    def cache_miss(self) -> None:
        """Count a read that it did not."""
        self._misses.inc()

    def cache_eviction(self, number: int = 1) -> None:
        """Count entries that it evicted."""
        self._evictions.inc(number)

    def query(self, seconds: float) -> None:
        """Count a database query."""
        self._queries.observe(seconds)

    def pool(self, active: int, idle: int, limit: int) -> None:
        """Say how the connection pool is."""
        self._pool.labels("active").set(active)
        self._pool.labels("idle").set(idle)
        self._pool_limit.set(limit)

    def routing_decision(self, confidence: float, persona: str) -> None:
        """Count a request that was routed to a persona, and how sure that was, 0 to 1."""
        self._confidence.observe(confidence)
        self._personas.labels(self._persona_names.of(persona)).inc()

    def active_user(self, user: str) -> None:
        """Note that a user is active. Who it is leaves the process only as a trace in a sketch."""
        if self.recorder:
            self.recorder.users.add(user)

    def feature_used(self, name: str) -> None:
        """Count a use of a feature."""
        self._features.labels(self._feature_names.of(name)).inc()


_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def _method(method: str) -> str:
    return method if method in _METHODS else "other"
