"""Checks what an application's instances wrote to Redis: what is left out, and what fills up."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from exporter.application.contents import contents
from exporter.application.merging import Merged, Merger
from exporter.application.reading import ApplicationReader
from exporter.application.state import ApplicationState
from exporter.clock import WallClock
from exporter.collectors.application import ApplicationTarget, nearly_full
from exporter.doctor.finding import UNREADABLE, Finding, Verdict
from exporter.errors import PollError
from exporter.polling_targets import application_target
from exporter.settings import Settings

TIMEOUT = 60.0
_TIMES = 2  # users and keys that begin to exist are read the second time


def application_metrics(settings: Settings) -> Iterator[Finding]:
    """Yield findings on the application of the settings; none where it is not read from Redis."""
    target = application_target(settings)
    if target is None:
        return
    subject = f"application {target.name}"
    try:
        state, merged = asyncio.run(_merged(target))
    except PollError as error:
        yield Finding(subject, Verdict.FAIL, str(error), UNREADABLE)
        return
    if not state.fields and not state.seen:
        text = "no instance has flushed to this Redis"
        yield Finding(subject, Verdict.EMPTY, text, "start its recorder with the same name")
        return
    forget = f"rename it, or once it is gone: ionmon application forget {target.name} --family …"
    for note in merged.notes:
        yield Finding(subject, Verdict.WARN, note, forget)
    for hint in (*merged.hints, *nearly_full(target.name, state)):
        yield Finding(subject, Verdict.WARN, hint, f"ionmon application show {target.name}")
    found = contents(target.name, state)
    series = sum(len(part.samples) for part in merged.parts)
    fields = f"{found.fields:,} of {found.limit:,} fields"
    text = f"{found.instances} instances, {series:,} series, {fields}"
    yield Finding(subject, Verdict.OK, text)


async def _merged(target: ApplicationTarget) -> tuple[ApplicationState, Merged]:
    """Return what is there, merged as a new exporter would; nothing is changed."""
    patient = replace(target.redis, timeout=max(TIMEOUT, target.redis.timeout))
    reader = ApplicationReader(patient, target.name, 0.0, None)
    try:
        for _ in range(_TIMES):
            state = await reader.read(WallClock().now())
    finally:
        await reader.close()
    merged = Merger(target.alive, target.limit).merge(state, WallClock().now(), lambda _: True)
    merged.notes += reader.users.notes
    return state, merged
