"""The sink's pages as HTML, without a script: everything that came is escaped."""

import time
from functools import cache

from jinja2 import Template

from exporter.html_pages import environment
from exporter.simulator.sink.inbox import MOST, Arrival, Inbox


def overview(inbox: Inbox) -> str:
    """Return the page of all messages, which renews itself."""
    return _template("sink.html").render(
        arrivals=inbox.newest_first(),
        beats=inbox.beats(),
        most=MOST,
        notice=inbox.notice,
        single=False,
    )


def single(arrival: Arrival) -> str:
    """Return the page of one message, with a mail's HTML in a frame where only its links work."""
    return _template("sink.html").render(arrivals=(arrival,), beats={}, most=MOST, single=True)


@cache
def _template(name: str) -> Template:
    return environment(moment=_moment).get_template(name)


def _moment(at: float) -> str:
    """Return a Unix time as messages write it: 14:02:05 UTC."""
    return time.strftime("%H:%M:%S UTC", time.gmtime(at))
