"""Checks everything that `ionmon run` needs, and yields findings, each with its fix."""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from exporter.catalog import CATALOG
from exporter.catalog.google_access import LIST_DESCRIPTORS, LIST_SERIES
from exporter.clock import WallClock
from exporter.cloud_monitoring.channel import CredentialsMissing
from exporter.cloud_monitoring.checkpoint import inspect
from exporter.cloud_monitoring.client import MonitoringClient, SeriesQuery
from exporter.cloud_monitoring.descriptors import Descriptors
from exporter.cloud_monitoring.filters import descriptor_filter
from exporter.cloud_monitoring.lateness import promised
from exporter.cloud_monitoring.opened import opened_client
from exporter.cloud_monitoring.owners import owner, reads, target_filter
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.collectors.base import Poll
from exporter.collectors.redis import RedisCollector
from exporter.doctor.application import application_metrics
from exporter.doctor.application_redis import application_redis
from exporter.doctor.clock import Newest, clock
from exporter.doctor.empty_metrics import without_series
from exporter.doctor.finding import Finding, Verdict
from exporter.doctor.generated_files import generated_files
from exporter.doctor.metrics_scope import metrics_scope
from exporter.doctor.permissions import fix_of_failure, fix_of_refusal
from exporter.doctor.secret_files import secrets
from exporter.doctor.unix_user import UnixUser
from exporter.errors import IonmonError, PollError, Reason, StateError
from exporter.polling_targets import application_target, collected, family_targets
from exporter.settings import Settings, state_file
from exporter.state_file.lock import holder
from exporter.telemetry import Telemetry

LOOKBACK = 1800
FUTURE = 600
TIMEOUT = 10.0
_FIX_REDIS = "check the server, and its url, user and password in redis.targets"


def examine(
    settings: Settings, alertmanager: UnixUser | None = None, config: Path | None = None
) -> Iterator[Finding]:
    """Yield a finding for each check, as soon as it is done.

    alertmanager  the user that Alertmanager runs as; None where it is not known
    config        the file of the settings; None where there are flags alone
    """
    yield state_directory(settings)
    yield from _google(settings)
    yield from asyncio.run(_redis(settings))
    yield from _application(settings)
    yield from secrets(settings, alertmanager)
    yield from generated_files(settings, config)


def _application(settings: Settings) -> Iterator[Finding]:
    """Yield findings on the application's Redis, and on its metrics where there are some."""
    target = application_target(settings)
    if target is None:
        return
    reading, *others = asyncio.run(application_redis(target))
    if reading.verdict is not Verdict.OK:  # else the metrics' own finding says as much
        yield reading
    yield from others
    if reading.verdict in (Verdict.OK, Verdict.WARN):
        yield from application_metrics(settings)


def state_directory(settings: Settings) -> Finding:
    """Check whether the state file can be written, without changing it."""
    path = state_file(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".ionmon-") as probe:
            os.fsync(probe.fileno())
        if path.exists():
            return _existing_state(path)
    except OSError as error:
        return Finding(
            "state file",
            Verdict.FAIL,
            f"{path}: {error.strerror}",
            "make the directory writable, or choose another file in storage.state_file",
        )
    return Finding("state file", Verdict.OK, f"{path} can be written")


def _existing_state(path: Path) -> Finding:
    """Check a state file, which another process may use, without changing it."""
    process = holder(path)
    if process is not None:
        return Finding("state file", Verdict.OK, f"{path} is in use by process {process}")
    try:
        inspect(path)
    except StateError as error:
        return Finding("state file", Verdict.WARN, str(error), "restore a copy, or remove the file")
    return Finding("state file", Verdict.OK, f"{path} is intact")


def _google(settings: Settings) -> Iterator[Finding]:
    google = settings.google
    requested = family_targets(settings)
    if not requested:
        verdict = Verdict.WARN if collected(settings.redis) else Verdict.FAIL
        yield Finding("projects", verdict, "no project is configured", "--project my-project")
        return
    source = SourceClock(WallClock(), Telemetry(0.0))
    timeout = min(google.timeout, TIMEOUT)
    try:
        with opened_client(google, timeout=timeout, source=source) as client:
            found = "found" if not google.insecure else "none needed"
            yield Finding("credentials", Verdict.OK, found)
            for project in google.called:
                yield from _project(project, requested, client, source)
    except CredentialsMissing as error:
        first, *rest = str(error).splitlines()
        yield Finding("credentials", Verdict.FAIL, first, " ".join(rest))


def _project(
    project: str, requested: Sequence[FamilyTarget], client: MonitoringClient, source: SourceClock
) -> Iterator[Finding]:
    """Check a project's permissions, then each metric type; `requested` are of all projects."""
    own = [target for target in requested if target.project == project]
    first = own[0]
    series = _permission(
        project,
        LIST_SERIES,
        lambda: sum(1 for _ in client.pages(_query(first, source.moment().latest))),
    )
    yield series
    yield _permission(
        project,
        LIST_DESCRIPTORS,
        lambda: sum(
            1 for _ in client.descriptors(project, descriptor_filter("run.googleapis.com/"))
        ),
    )
    if series.verdict is Verdict.FAIL:
        return
    known, probes = Descriptors(client), []
    until, is_shared = source.moment().latest + FUTURE, len(own) < len(requested)
    with ThreadPoolExecutor(8) as pool:
        look = partial(_metric, client=client, known=known, until=until, is_shared=is_shared)
        for probe in pool.map(look, own):
            yield probe.finding
            probes.append(probe)
    yield from clock(project, source.moment(), [probe.newest for probe in probes if probe.newest])
    yield from metrics_scope(first, {owner for probe in probes for owner in probe.owners})


def _permission(project: str, permission: str, attempt: Callable[[], int]) -> Finding:
    subject = f"{project}: {permission}"
    try:
        attempt()
    except PollError as error:
        if error.reason is Reason.PERMISSION:
            fix = fix_of_refusal(project, permission, error)
            return Finding(subject, Verdict.FAIL, str(error), fix)
        if error.reason is Reason.NOT_FOUND:  # the API reports it only to those who may read
            return Finding(subject, Verdict.OK, "granted")
        return Finding(subject, Verdict.FAIL, str(error), fix_of_failure(error))
    return Finding(subject, Verdict.OK, "granted")


@dataclass(frozen=True, slots=True)
class Probe:
    """A metric's finding, its newest point, its series' projects."""

    finding: Finding
    newest: Newest | None = None
    owners: frozenset[str] = frozenset()


def _metric(
    target: FamilyTarget,
    client: MonitoringClient,
    known: Descriptors,
    *,
    until: float,
    is_shared: bool,
) -> Probe:
    """Read one metric type once, and compare its descriptor with the catalog."""
    described = known.describe(target.project, target.source)
    if described.mismatch:
        text = f"{target.source.metric}: {described.mismatch}"
        fix = _fix_mismatch(target)
        return Probe(Finding(target.name, Verdict.FAIL, text, fix))
    wrong = _wrong_labels(target, described.labels)
    if wrong:
        return Probe(wrong)
    owners, newest = Counter[str](), 0
    try:
        for page in client.pages(_query(target, until)):
            owners.update(owner(series, target.project) for series in page.time_series)
            ends = (p.interval.end_time.seconds for s in page.time_series for p in s.points[:1])
            newest = max((*ends, newest))
    except PollError as error:
        if error.reason is not Reason.NOT_FOUND:
            return Probe(Finding(target.name, Verdict.FAIL, str(error), fix_of_failure(error)))
    series = sum(number for project, number in owners.items() if reads(target, project))
    finding = Finding(target.name, Verdict.OK, f"{series} series")
    if not series:
        finding = without_series(target, described, is_shared=is_shared)
    found = Newest(newest, promised(described)) if newest else None
    return Probe(finding, found, frozenset(owners))


def _fix_mismatch(target: FamilyTarget) -> str:
    name = target.family.name
    if name in CATALOG:
        return f"disable it: google.families.{name}.enabled: false"
    return f"correct google.metrics.{name}: kind and value as in the API"


def _wrong_labels(target: FamilyTarget, known: tuple[str, ...] | None) -> Finding | None:
    """Return a finding where a configured metric has labels that its descriptor does not have."""
    if known is None or target.family.name in CATALOG:
        return None
    origins = [origin for _, origin in target.source.labels] + list(target.source.summed)
    configured = {o.removeprefix("metric.") for o in origins if o.startswith("metric.")}
    missing = sorted(configured - set(known))
    if not missing:
        return None
    text = f"{target.source.metric} has no label {', '.join(missing)}"
    fix = f"google.metrics.{target.family.name}: its labels are {', '.join(known) or 'none'}"
    return Finding(target.name, Verdict.FAIL, text, fix)


def _query(target: FamilyTarget, until: float) -> SeriesQuery:
    end = int(until * SECOND)
    return SeriesQuery(
        project=target.project,
        filter=target_filter(target),
        start=end - (LOOKBACK + FUTURE) * SECOND,
        end=end,
    )


async def _redis(settings: Settings) -> list[Finding]:
    collector = RedisCollector(collected(settings.redis), WallClock())
    try:
        return list(await asyncio.gather(*(_target(poll) for poll in collector.polls())))
    finally:
        await collector.close()


async def _target(poll: Poll) -> Finding:
    subject = f"redis {poll.name}"
    try:
        delivery = await poll.run()
    except IonmonError as error:
        return Finding(subject, Verdict.FAIL, str(error), _FIX_REDIS)
    if delivery.notes:
        return Finding(subject, Verdict.FAIL, "; ".join(delivery.notes), _FIX_REDIS)
    series = sum(len(part.samples) for part in delivery.parts)
    return Finding(subject, Verdict.OK, f"{series} series")
