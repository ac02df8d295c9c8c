"""The global external HTTPS load balancer."""

from exporter.catalog import labels
from exporter.catalog.build import DIST, INT, MILLI, D, Reads, Resource
from exporter.catalog.model import Family, Label, Unit

_RULE = Resource(
    prefix="loadbalancing.googleapis.com/https/",
    type="https_lb_rule",
    labels=(
        (labels.PROJECT, "project_id"),
        (labels.URL_MAP, "url_map_name"),
        (labels.BACKEND, "backend_target_name"),
    ),
    summed=(
        "region",
        "forwarding_rule_name",
        "target_proxy_name",
        "matched_url_path_rule",
        "backend_target_type",
        "backend_name",
        "backend_type",
        "backend_scope",
        "backend_scope_type",
    ),
    delay=210,
)
_CLASS = (Label("response_code_class", "class of the HTTP status code; 0xx: no response"),)
_OUT = (
    "protocol",
    "response_code",
    "load_balancing_scheme",
    "proxy_continent",
    "client_country",
)
_BY_CLASS = tuple((label, label.name) for label in _CLASS)
_CACHE = ((Label("cache_result", "what the CDN did with the request"), "cache_result"),)
_LATENCY = Reads(
    kind=D,
    value=DIST,
    unit=Unit.SECONDS,
    labels=_BY_CLASS,
    summed=(*_OUT, "cache_result"),
    scale=MILLI,
    span=(0.001, 3600.0),
)

REQUESTS = _RULE.metric(
    "loadbalancer_requests_total",
    "request_count",
    Reads(kind=D, value=INT, labels=_BY_CLASS + _CACHE, summed=_OUT),
    "Requests that the load balancer answered.",
)

FAMILIES: tuple[Family, ...] = (
    REQUESTS,
    _RULE.metric(
        "loadbalancer_request_bytes_total",
        "request_bytes_count",
        Reads(kind=D, value=INT, unit=Unit.BYTES, labels=_BY_CLASS, summed=(*_OUT, "cache_result")),
        "Bytes of requests.",
    ),
    _RULE.metric(
        "loadbalancer_response_bytes_total",
        "response_bytes_count",
        Reads(kind=D, value=INT, unit=Unit.BYTES, labels=_BY_CLASS, summed=(*_OUT, "cache_result")),
        "Bytes of responses.",
    ),
    _RULE.metric(
        "loadbalancer_request_duration_seconds",
        "total_latencies",
        _LATENCY,
        "Time from the first byte of a request to the last byte of its response.",
    ),
    _RULE.metric(
        "loadbalancer_backend_duration_seconds",
        "backend_latencies",
        _LATENCY,
        "Time from a request's going to the backend to the last byte of its response.",
    ),
    _RULE.metric(
        "loadbalancer_backend_requests_total",
        "backend_request_count",
        Reads(
            kind=D,
            value=INT,
            labels=_BY_CLASS + _CACHE,
            summed=("response_code", "load_balancing_scheme", "proxy_continent"),
        ),
        "Requests that backends answered.",
    ),
    _RULE.metric(
        "loadbalancer_tcp_round_trip_seconds",
        "frontend_tcp_rtt",
        Reads(
            kind=D,
            value=DIST,
            unit=Unit.SECONDS,
            summed=("load_balancing_scheme", "proxy_continent", "client_country"),
            scale=MILLI,
            span=(0.001, 60.0),
        ),
        "Round trip of TCP connections between clients and Google's edge.",
    ),
)
