"""From the address of a Redis to a client of it, and to the secrets in that address."""

import ssl
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

_AUTHORITIES = frozenset(("ssl_ca_certs", "ssl_ca_path", "ssl_ca_data"))


def client_of(target: object, timeout: float) -> Any:  # noqa: ANN401 - redis-py's clients share no type
    """Return a client of a URL; a target that is a client already is returned as it is."""
    if not isinstance(target, str):
        return target
    return redis.Redis.from_url(
        target,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
        **_trust(target),
    )


def _trust(url: str) -> dict[str, Any]:
    parsed = urlsplit(url)
    if parsed.scheme != "rediss" or _AUTHORITIES.isdisjoint(parse_qs(parsed.query)):
        return {}
    # From Python 3.13 on, a certificate without key identifiers is refused by default. Those of
    # managed Redis have none; which authority signs them, the URL says.
    return {"ssl_exclude_verify_flags": [ssl.VERIFY_X509_STRICT]}


def secrets_of(target: object) -> list[str]:
    """Return the passwords of a URL or a client, as they may stand in a message."""
    if isinstance(target, str):
        parsed = urlsplit(target)
        found = [parsed.password or "", *parse_qs(parsed.query).get("password", [])]
        return [target, *(f for s in found for f in (s, unquote(s), quote(unquote(s), safe="")))]
    pool = getattr(target, "connection_pool", None)
    return [str(getattr(pool, "connection_kwargs", {}).get("password") or "")]
