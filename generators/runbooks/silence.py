"""How to silence an alert: the shared text, or the alert's own where silencing is a mistake."""

from collections.abc import Iterator

from exporter.settings.types import duration
from generators.alertmanager.plan import Channel, timers
from generators.runbooks.documented import DocumentedAlert
from generators.runbooks.fragments import packaged
from generators.runbooks.named_facts import filled_lines
from generators.runbooks.notifications import channels_of, placeholder


def silence(alert: DocumentedAlert) -> Iterator[str]:
    """Yield how to silence an alert, and how to end that."""
    if alert.statement.silence:
        yield alert.text(alert.statement.silence)
        return
    yield from _shared(alert, "planned")
    yield ""
    if Channel.SLACK in channels_of(alert):
        yield from _shared(alert, "button")
        yield ""
    yield from _shared(alert, "by-hand")


def _shared(alert: DocumentedAlert, heading: str) -> Iterator[str]:
    """Yield the lines of the shared text with the alert's labels as matchers."""
    matchers = " ".join(f"'{label}=\"{placeholder(label)}\"'" for label in alert.rule.carried)
    repeat = duration(timers(alert.settings).of(alert.rule.severity).repeat)
    facts = {**alert.facts, "matchers": matchers, "repeat": repeat}
    yield from filled_lines(packaged().fragment(f"silence#{heading}"), facts)
