"""A runbook as Markdown: what to do is on the first screen, details are below it."""

import re
from collections.abc import Iterator

from exporter.settings.types import duration
from generators.alert_table import BurnAlert, ExhaustedAlert, PolicyAlert
from generators.boards import link
from generators.burn_rates import SETTINGS_FILE
from generators.files import MARK
from generators.policy import HOUR, WATCHDOG
from generators.rules.budgets import LATENCY
from generators.runbooks.documented import DocumentedAlert
from generators.runbooks.model import Step
from generators.runbooks.notifications import change, muting, notified, placeholder, waits
from generators.runbooks.silence import silence
from generators.runbooks.timing import SHARES, minutes, seconds_to_limit, total

_HOURLY = "It begins within a minute of each full hour."
_CAPITALS = re.compile(r"\b[A-Z][A-Z_]{2,}\b")


def runbook(alert: DocumentedAlert) -> str:
    """Return docs/runbooks/<Alert>.md."""
    sections = (
        ("First", (*_named(alert), *_steps(alert, alert.statement.first))),
        ("Then", _steps(alert, alert.statement.then)),
        ("Likely causes, the likeliest first", _causes(alert)),
        ("Do not", (f"- {alert.text(text)}" for text in alert.statement.do_not)),
        (
            "When it is a false alarm",
            (f"- {alert.text(text)}" for text in alert.statement.false_alarms),
        ),
        ("Look next", _queries(alert)),
        ("When it fires", _rule(alert)),
        ("Why this value", (_why(alert),)),
        ("How long until somebody is notified", _timing(alert)),
        ("Silence it", silence(alert)),
        ("What mutes it, and what it mutes", muting(alert)),
        ("Change it, or switch it off", change(alert)),
    )
    body = "".join(_section(title, tuple(lines)) for title, lines in sections)
    return _head(alert) + body + "\n[All alerts](../alerts.md) · [all runbooks](README.md)\n"


def _section(title: str, lines: tuple[str, ...]) -> str:
    if not any(line.strip() for line in lines):
        return ""
    return f"\n## {title}\n\n" + "\n".join(lines).rstrip() + "\n"


def _head(alert: DocumentedAlert) -> str:
    notes = " ".join(waits(alert))
    return (
        f"<!-- {MARK} -->\n# {alert.name}\n\n"
        f"**{alert.rule.severity}** · notifies {notified(alert)} · "
        f"[dashboard]({dashboard(alert)}) · "
        f"[who is notified of what](../notifications.md)\n\n"
        f"{alert.text(alert.statement.impact)}\n\n"
        f"{_slow(alert)}"
        f"It fires when {_condition(alert)}.{' ' + notes if notes else ''}\n"
        f"{_services(alert)}"
    )


def _services(alert: DocumentedAlert) -> str:
    """Return the values of services that have their own: who is on call reads one page for all."""
    if not alert.services:
        return ""
    rows = "".join(f"- {text}\n" for text in alert.services)
    return f"\nServices with values of their own:\n\n{rows}"


def _slow(alert: DocumentedAlert) -> str:
    """Return what differs for an alert on slow requests, where there is an objective of these."""
    if not alert.promises:
        return ""
    steps = alert.text("ResponseTimeCritical")
    return (
        "With the label `signal: latency`, the alert is about slow requests. The objective is "
        f"{', for others '.join(alert.promises)}. Find out why requests are slow by the steps of "
        f"{steps}. What this runbook says of errors and of the error budget then holds for slow "
        "requests and the latency budget.\n\n"
    )


def _condition(alert: DocumentedAlert) -> str:
    for_ = alert.rule.for_
    return alert.condition(f", for {duration(for_)}" if for_ else "")


def dashboard(alert: DocumentedAlert) -> str:
    """Return the address of the alert's panel, without the labels that a notification adds."""
    return link(alert.settings.links.grafana, alert.rule.panel)


def _steps(alert: DocumentedAlert, steps: tuple[Step, ...]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        yield f"{number}. {alert.text(step.text)}"
        if step.command:
            yield ""
            yield f"   ```{step.language}"
            yield from (f"   {line}" for line in alert.command(step.command).splitlines())
            yield "   ```\n"


def _named(alert: DocumentedAlert) -> Iterator[str]:
    """Yield what the words in capitals of the commands stand for."""
    steps = (*alert.statement.first, *alert.statement.then)
    used = set(_CAPITALS.findall(" ".join(step.command for step in steps)))
    pairs = [(placeholder(label), label) for label in alert.rule.carried]
    known = [f"{word} is the alert's `{label}`" for word, label in pairs if word in used]
    if "database_id" in alert.rule.carried and used & {"INSTANCE", "PROJECT"}:
        known.append("`database_id` is PROJECT:INSTANCE")
    others = sorted({"PROJECT", "REGION", "SERVICE"} & used - {word for word, _ in pairs})
    if others:
        verb = "is that" if len(others) == 1 else "are those"
        known.append(f"{', '.join(others)} {verb} of the affected service")
    if known:
        yield "; ".join(known) + ".\n"


def _causes(alert: DocumentedAlert) -> Iterator[str]:
    for number, cause in enumerate(alert.statement.causes, 1):
        yield f"{number}. **{alert.text(cause.what)}** {alert.text(cause.evidence)}"


def _queries(alert: DocumentedAlert) -> Iterator[str]:
    longterm = (
        f"; on the server with 90 days, {alert.facts['longterm']}" if alert.is_longterm else ""
    )
    yield f"In Prometheus, or in Explore of Grafana{longterm}:\n"
    for query in alert.statement.queries:
        ending = "" if query.text.endswith("?") else ":"
        yield f"{query.text}{ending}\n\n```promql\n{query.promql}\n```\n"
    if alert.promises:
        for text, name in (
            ("Burn rate of the latency budget over an hour", LATENCY.burn(HOUR)),
            ("What is left of the latency budget", LATENCY.remaining),
        ):
            yield f"{text}:\n\n```promql\n{name}\n```\n"


def _rule(alert: DocumentedAlert) -> Iterator[str]:
    text = _condition(alert)
    yield (
        f"{text[0].upper()}{text[1:]}. Group `{alert.group.name}`, "
        f"evaluated every {duration(alert.group.interval)}.\n"
    )
    for rule in alert.rules:
        if rule.about:
            yield f"With the label `signal: {rule.about}`:\n"
        yield f"```promql\n{rule.expr}\n```\n"
    if alert.rule.keep_firing_for:
        yield (
            f"It ends when that has been false for {duration(alert.rule.keep_firing_for)}: one "
            "evaluation within the limit does not resolve it."
        )


def _why(alert: DocumentedAlert) -> str:
    row, text = alert.rule.source, alert.text(alert.statement.why)
    if not isinstance(row, PolicyAlert):
        return text
    value, reason = alert.facts["value"], alert.facts["default_reason"]
    if row.why == SETTINGS_FILE:
        default = alert.facts["default"]
        return f"{value}, from {SETTINGS_FILE}. The default is {default}: {reason}. {text}"
    return f"{value}, the default: {reason}. {text}"


def _timing(alert: DocumentedAlert) -> Iterator[str]:
    if alert.rule.severity == "none":
        yield "It fires all the time." if alert.rule.alert == WATCHDOG else _HOURLY
        return
    minimum, maximum = total(alert.parts)
    yield f"{minutes(alert.parts).capitalize()} after {_begins(alert)}:\n"
    yield "| part | at least | at most |\n|---|---|---|"
    for part in (part for part in alert.parts if part.maximum):
        yield f"| {part.what} | {duration(part.minimum)} | {duration(part.maximum)} |"
    yield f"| **together** | **{duration(minimum)}** | **{duration(maximum)}** |\n"
    row = alert.rule.source
    if isinstance(row, BurnAlert):
        yield from _by_share(row)


def _begins(alert: DocumentedAlert) -> str:
    spent = isinstance(alert.rule.source, ExhaustedAlert)
    return "the budget is spent" if spent else "it begins"


def _by_share(row: BurnAlert) -> Iterator[str]:
    """Yield how long the windows take to reach their limit, by the share that fails."""
    yield (
        "The more requests fail, the sooner it fires:\n\n"
        "| of all requests fail | after |\n|---|---|"
    )
    for share in SHARES:
        seconds = seconds_to_limit(row, share)
        text = "never" if seconds == float("inf") else duration(round(seconds))
        yield f"| {100 * share:g} % | {text} |"
