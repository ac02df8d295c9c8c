"""Checks whose series a project's answers have: those of a metrics scope, or only its own."""

from collections.abc import Iterator

from exporter.cloud_monitoring.owners import reads
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.doctor.finding import Finding, Verdict

FEW = 5


def metrics_scope(target: FamilyTarget, owners: set[str]) -> Iterator[Finding]:
    """Yield what is to be known of the projects that have series in a project's answers."""
    subject, project = f"{target.project}: metrics scope", target.project
    if not target.scope:
        foreign = {found for found in owners - target.listed if not reads(target, found)}
        if foreign:
            text = f"its answers also have series of {_named(foreign)}, which are not read"
            fix = f"set google.scope: {project}, or list them in google.projects"
            yield Finding(subject, Verdict.WARN, text, fix)
        return
    others = {found for found in owners - {project} if reads(target, found)}
    if others:
        yield Finding(subject, Verdict.OK, f"it also returns series of {_named(others)}")
        return
    text = f"no other project has series in the answers of {project}"
    fix = f"add projects to the metrics scope of {project}, or set google.projects: [{project}]"
    yield Finding(subject, Verdict.WARN, text, fix)


def _named(projects: set[str]) -> str:
    named = sorted(projects)[:FEW]
    more = len(projects) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
