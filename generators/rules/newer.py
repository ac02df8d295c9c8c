"""What rule files have from newer versions of Prometheus on, and only there."""

from collections.abc import Iterable
from dataclasses import replace

from exporter.settings.versions import GROUP_LABELS, QUERY_OFFSET, has
from generators.rules.model import Alerting, Group, Pairs, RuleFile

# Remote write sends what it has at least every five seconds, and is behind for some after a pause.
LATE = 30.0


def opened(
    files: Iterable[RuleFile], version: str, *, written_to: bool = False
) -> tuple[RuleFile, ...]:
    """Return the files as a Prometheus of this version evaluates them.

    written_to  whether the series that they read come by remote write, a bit late
    """
    late = LATE if written_to and has(version, QUERY_OFFSET) else 0
    return tuple(
        replace(
            file,
            groups=tuple(_group(each, late, has(version, GROUP_LABELS)) for each in file.groups),
        )
        for file in files
    )


def _group(group: Group, late: float, shared: bool) -> Group:  # noqa: FBT001 - of a version
    return replace(group, query_offset=late, labels=_shared(group) if shared else ())


def _shared(group: Group) -> Pairs:
    """Return the labels that all alerts of a group have; a recorded series would get them, too."""
    alerts = [rule for rule in group.rules if isinstance(rule, Alerting)]
    if len(alerts) < max(len(group.rules), 2):
        return ()
    return tuple(pair for pair in alerts[0].labels if all(pair in rule.labels for rule in alerts))
