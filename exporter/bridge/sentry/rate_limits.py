"""How long Sentry asks to be left alone, as its answers say it.

https://develop.sentry.dev/sdk/expected-features/rate-limiting/
"""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from exporter.bridge.sentry.envelope import EnvelopeItem

UNSAID = 60.0  # seconds after a 429 that names no time, as Sentry asks of its clients
LONGEST = 86_400.0  # seconds; a longer wait would be a mistake of a server between
TOO_MANY = 429
_EVERY = ""
_CATEGORIES = {
    "error": EnvelopeItem.EVENT,
    "default": EnvelopeItem.EVENT,
    "monitor": EnvelopeItem.CHECK_IN,
}


def waits(status: int, headers: Mapping[str, str], now: float) -> Mapping[EnvelopeItem, float]:
    """Return for how many seconds nothing of a kind is to be sent; headers by lower-case name.

    X-Sentry-Rate-Limits may come with any answer. Retry-After counts with a 429 only, and only
    where the other names nothing that is sent from here. `now` is this machine's Unix time, for a
    Retry-After that is a date in an answer without one.
    """
    found = _named(headers.get("x-sentry-rate-limits", ""))
    if status != TOO_MANY or found:
        return found
    wait = _retry_after(headers, now)
    return dict.fromkeys(EnvelopeItem, UNSAID if wait is None else wait)


def _named(text: str) -> dict[EnvelopeItem, float]:
    """Read `60:error;transaction:organization, 2700::organization`: seconds, then categories."""
    found: dict[EnvelopeItem, float] = {}
    for limit in text.split(","):
        seconds, _, rest = limit.strip().partition(":")
        wait = _seconds(seconds)
        categories = rest.partition(":")[0].strip().split(";")
        for category in categories if wait else ():
            kinds = (
                tuple(EnvelopeItem) if category == _EVERY else (_CATEGORIES.get(category.strip()),)
            )
            for kind in kinds:
                if kind is not None:
                    found[kind] = max(found.get(kind, 0.0), wait or 0.0)
    return found


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    text = headers.get("retry-after", "").strip()
    wait = _seconds(text)
    if wait is not None:
        return wait
    until = _date(text)
    # By the server's own clock, where it says it: ours may be wrong.
    since = _date(headers.get("date", "")) or now
    return None if until is None else min(max(until - since, 0.0), LONGEST)


def _seconds(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return min(found, LONGEST) if found >= 0 else None


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
