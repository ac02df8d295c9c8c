"""From settings, state file and rules to the plan of a backfill."""

from collections.abc import Callable
from dataclasses import dataclass

from exporter.backfill.plan import BackfillPlan, cuts, read_by_rules
from exporter.backfill.rules import RuleSet
from exporter.backfill.starts import counting_starts
from exporter.cloud_monitoring.client import MonitoringClient
from exporter.cloud_monitoring.descriptors import Descriptors
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.errors import IonmonError, SettingsError
from exporter.polling_targets import family_targets
from exporter.settings import Settings, state_file

_ALIGNED = 3600  # seconds


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """What is asked for: seconds before the cut, and the exporter's address where it is given."""

    last: int
    instance: str | None = None


def families_read(settings: Settings, rules: RuleSet) -> tuple[FamilyTarget, ...]:
    """Return the targets that rules read. Raises IonmonError where there is none."""
    found = family_targets(settings)
    if not found:
        raise SettingsError("no project is configured; use: ionmon backfill --project my-project")
    return read_by_rules(found, rules.names)


def planned(
    settings: Settings,
    rules: RuleSet,
    request: BackfillRequest,
    client: MonitoringClient,
    described: Callable[[int], None] = lambda _: None,
) -> BackfillPlan:
    """Return the plan. Raises IonmonError; `described` is called with the descriptors read."""
    chosen = families_read(settings, rules)
    starts = counting_starts(state_file(settings))
    descriptors, found = Descriptors(client), {}
    for number, target in enumerate(chosen, 1):
        one = descriptors.describe(target.project, target.source)
        if one.mismatch:
            raise IonmonError(f"{target.name}: {one.mismatch}")
        found[target.name] = one
        described(number)
    families = cuts(found, chosen, starts)
    counters = [family for family in families if family.counts]
    first = min(family.cut for family in counters)
    margin = settings.google.late_margin
    return BackfillPlan(
        families=families,
        start=(first - request.last) // _ALIGNED * _ALIGNED,
        live=int(min(family.cut + family.described.delay + margin for family in counters)),
        instance=_instance(settings, request.instance),
        rules=rules.digest,
    )


def _instance(settings: Settings, given: str | None) -> str:
    exporters = settings.prometheus.exporters
    if given is None and len(exporters) > 1:
        raise SettingsError(
            f"prometheus.exporters: there are {len(exporters)}; name the one that reads these "
            "projects with --instance"
        )
    return given or exporters[0]
