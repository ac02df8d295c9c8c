"""The poll of one family of one project: of a counter or a gauge, with or without a label."""

from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from exporter.catalog.model import MetricKind
from exporter.cloud_monitoring.target import FamilyTarget, Shared
from exporter.collectors.counter_poll import CounterPoll
from exporter.collectors.gauge_poll import GaugePoll
from exporter.collectors.project_label import LabelledPoll

FamilyPoll: TypeAlias = CounterPoll | GaugePoll | LabelledPoll


def family_poll(target: FamilyTarget, shared: Shared, pool: ThreadPoolExecutor) -> FamilyPoll:
    """Return the poll that reads a family of one project."""
    gauge = target.source.kind is MetricKind.GAUGE
    poll = GaugePoll(target, shared, pool) if gauge else CounterPoll(target, shared, pool)
    return LabelledPoll(poll, target.exposed) if target.exposed else poll
