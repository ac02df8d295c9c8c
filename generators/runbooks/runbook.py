"""A runbook as Markdown: what to do is on the first screen, what is good to know below it."""

import re
from collections.abc import Iterator

from exporter.settings.types import duration
from generators.alert_table import BurnAlert, ExhaustedAlert, PolicyAlert
from generators.files import MARK
from generators.policy import SETTINGS_FILE
from generators.runbooks.documented import DocumentedAlert
from generators.runbooks.model import Step
from generators.runbooks.notifications import PLACEHOLDERS, change, muting, told, waits
from generators.runbooks.silence import silence
from generators.runbooks.timing import SHARES, burnt, minutes, total

_VARIABLE = re.compile(r"&var-[^&]*")
_CAPITALS = re.compile(r"\b[A-Z][A-Z_]{2,}\b")


def page(case: DocumentedAlert) -> str:
    """Return docs/runbooks/<Alert>.md."""
    sections = (
        ("First", (*_named(case), *_steps(case, case.statement.first))),
        ("Then", _steps(case, case.statement.then)),
        ("Likely causes, the likeliest first", _causes(case)),
        ("Do not", (f"- {case.text(text)}" for text in case.statement.never)),
        ("When it is a false alarm", (f"- {case.text(text)}" for text in case.statement.false)),
        ("Look next", _queries(case)),
        ("When it fires", _rule(case)),
        ("Why this value", (_why(case),)),
        ("How long until somebody is notified", _timing(case)),
        ("Silence it", silence(case)),
        ("What mutes it, and what it mutes", muting(case)),
        ("Change it, or switch it off", change(case)),
    )
    body = "".join(_section(title, tuple(lines)) for title, lines in sections)
    return _head(case) + body + "\n[All alerts](../alerts.md) · [all runbooks](README.md)\n"


def _section(title: str, lines: tuple[str, ...]) -> str:
    if not any(line.strip() for line in lines):
        return ""
    return f"\n## {title}\n\n" + "\n".join(lines).rstrip() + "\n"


def _head(case: DocumentedAlert) -> str:
    notes = " ".join(waits(case))
    return (
        f"<!-- {MARK} -->\n# {case.name}\n\n"
        f"**{case.rule.severity}** · notifies {told(case)} · [dashboard]({dashboard(case)}) · "
        f"[who is notified of what](../notifications.md)\n\n"
        f"{case.text(case.statement.means)}\n\n"
        f"It fires when {case.when}{_for(case)}.{' ' + notes if notes else ''}\n"
    )


def _for(case: DocumentedAlert) -> str:
    return f", for {duration(case.rule.for_)}" if case.rule.for_ else ""


def dashboard(case: DocumentedAlert) -> str:
    """Return the address of the alert's panel, for all places; parameters in a notification's."""
    return _VARIABLE.sub("", dict(case.rule.annotations)["dashboard_url"])


def _steps(case: DocumentedAlert, steps: tuple[Step, ...]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        yield f"{number}. {case.text(step.text)}"
        if step.command:
            yield ""
            yield f"   ```{step.language}"
            yield from (f"   {line}" for line in case.typed(step.command).splitlines())
            yield "   ```\n"


def _named(case: DocumentedAlert) -> Iterator[str]:
    """Yield what the words in capitals of the commands stand for."""
    steps = (*case.statement.first, *case.statement.then)
    used = set(_CAPITALS.findall(" ".join(step.command for step in steps)))
    pairs = [(PLACEHOLDERS[label], label) for label in case.rule.carried]
    known = [f"{word} is the alert's `{label}`" for word, label in pairs if word in used]
    if "database_id" in case.rule.carried and used & {"INSTANCE", "PROJECT"}:
        known.append("`database_id` is PROJECT:INSTANCE")
    others = sorted({"PROJECT", "REGION", "SERVICE"} & used - {word for word, _ in pairs})
    if others:
        known.append(f"take {', '.join(others)} from the service that you look at")
    if known:
        yield "; ".join(known) + ".\n"


def _causes(case: DocumentedAlert) -> Iterator[str]:
    for number, cause in enumerate(case.statement.causes, 1):
        yield f"{number}. **{case.text(cause.what)}** {case.text(cause.tell)}"


def _queries(case: DocumentedAlert) -> Iterator[str]:
    second = f"; on the server with 90 days, {case.facts['longterm']}" if case.second else ""
    yield f"In Prometheus, or in Explore of Grafana{second}:\n"
    for query in case.statement.queries:
        mark = "" if query.text.endswith("?") else ":"
        yield f"{query.text}{mark}\n\n```promql\n{query.promql}\n```\n"


def _rule(case: DocumentedAlert) -> Iterator[str]:
    yield (
        f"{case.when[0].upper()}{case.when[1:]}{_for(case)}. Group `{case.group.name}`, "
        f"evaluated every {duration(case.group.interval)}.\n"
    )
    for rule in case.rules:
        yield f"```promql\n{rule.expr}\n```\n"
    if case.rule.keep_firing_for:
        yield (
            f"It ends {duration(case.rule.keep_firing_for)} after that no longer holds: one "
            "evaluation within the limit does not resolve it."
        )


def _why(case: DocumentedAlert) -> str:
    row, text = case.rule.source, case.text(case.statement.why)
    if not isinstance(row, PolicyAlert):
        return text
    if row.why == SETTINGS_FILE:
        usual = case.facts["default"]
        return f"{case.facts['value']}, by {SETTINGS_FILE}; the default is {usual}. {text}"
    return f"{case.facts['value']}, the default: {row.why}. {text}"


def _timing(case: DocumentedAlert) -> Iterator[str]:
    if case.rule.severity == "none":
        yield "It fires all the time."
        return
    least, most = total(case.parts)
    yield f"{minutes(case.parts).capitalize()} after {_begins(case)}:\n"
    yield "| part | at least | at most |\n|---|---|---|"
    for part in (part for part in case.parts if part.most):
        yield f"| {part.what} | {duration(part.least)} | {duration(part.most)} |"
    yield f"| **together** | **{duration(least)}** | **{duration(most)}** |\n"
    row = case.rule.source
    if isinstance(row, BurnAlert):
        yield from _burnt(case, row)


def _begins(case: DocumentedAlert) -> str:
    spent = isinstance(case.rule.source, ExhaustedAlert)
    return "the budget is spent" if spent else "it begins"


def _burnt(case: DocumentedAlert, row: BurnAlert) -> Iterator[str]:
    """Yield how long the windows take to fill, by how much fails."""
    yield (
        "The window fills the faster the more fails:\n\n| of all requests fail | after |\n|---|---|"
    )
    for share in SHARES:
        seconds = burnt(row, case.policy, share)
        text = "never" if seconds == float("inf") else duration(round(seconds))
        yield f"| {100 * share:g} % | {text} |"
