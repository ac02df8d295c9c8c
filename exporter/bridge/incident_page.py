"""The bridge's pages as HTML: what fires, and one incident with its button; no script in them."""

import time
from dataclasses import dataclass
from functools import cache

from jinja2 import Template

from exporter import __version__
from exporter.bridge.acknowledgements import LONGEST_COMMENT
from exporter.bridge.alert_rows import AlertRow
from exporter.bridge.explain import Explanation
from exporter.html_pages import environment
from exporter.settings.types import duration

MOST_ROWS = 300  # of the overview
_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What both pages show beside alerts; `now` is in Unix seconds.

    user    empty where nobody is known, so that nobody can acknowledge
    faults  which servers do not answer
    known   whether nothing fires but what is shown
    as_of   when the servers were asked for it; None where none answers
    """

    user: str
    faults: tuple[str, ...]
    now: float
    known: bool = True
    as_of: float | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """The hidden fields of a form: the start that was shown, and the token.

    pagerduty  whether PagerDuty may have the acknowledgement, which it takes not back
    """

    start: str
    token: str
    pagerduty: bool = False


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Whose acknowledgement was withdrawn, by whom and when; pagerduty as above."""

    user: str
    by: str
    at: float
    pagerduty: bool


def overview(rows: tuple[AlertRow, ...], count: int, around: Surroundings) -> bytes:
    """Return the page of everything that fires, with the first rows of so many."""
    return _rendered("bridge_firing.html", rows=rows, around=around, count=count)


def incident(
    found: AlertRow,
    form: Form | None,
    around: Surroundings,
    notice: str = "",
    known: Explanation | None = None,
    taken_back: TakenBack | None = None,
) -> bytes:
    """Return the page of an incident; without a form there is no button."""
    return _rendered(
        "bridge_incident.html",
        row=found,
        form=form,
        around=around,
        notice=notice,
        longest=LONGEST_COMMENT,
        known=known,
        taken_back=taken_back,
    )


def nothing(around: Surroundings, *, has_been: bool) -> bytes:
    """Return the page of an incident that does not fire, or that never did."""
    return _rendered("bridge_no_incident.html", around=around, has_been=has_been)


def drill(description: str, around: Surroundings) -> bytes:
    """Return the page of a test alert of ionmon drill."""
    return _rendered("bridge_drill.html", description=description, around=around)


def _rendered(name: str, **values: object) -> bytes:
    return _template(name).render(version=__version__, **values).encode()


@cache
def _template(name: str) -> Template:
    return environment(utc=utc, age=age).get_template(name)


def utc(at: float) -> str:
    """Return a Unix time as messages write it: 28 Nov 2026 14:02 UTC."""
    return time.strftime("%d %b %Y %H:%M UTC", time.gmtime(at)).removeprefix("0")


def age(at: float, now: float) -> str:
    """Return how long ago a Unix time was, or how far ahead it is: 29m, 2h5m, 3d4h."""
    length = abs(round(now - at))
    unit = 1 if length < _MINUTE else _MINUTE if length < _HOUR * 24 else _HOUR
    return duration(length - length % unit)
