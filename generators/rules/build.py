"""All rule files, each for one of the two servers."""

from dataclasses import dataclass

from exporter.errors import SettingsError
from exporter.settings import Settings
from generators.output_folders import RULE_FILES
from generators.policy import Policy, policy
from generators.rules import (
    anomaly,
    budget_trend,
    correlation,
    escalation,
    health,
    longterm,
    needed,
    newer,
    overrides,
    recording,
    slo,
    thresholds,
    trend,
)
from generators.rules.model import RuleFile


@dataclass(frozen=True, slots=True)
class Rules:
    """The files of the server with 72 hours, and of the one with 90 days."""

    main: tuple[RuleFile, ...]
    longterm: tuple[RuleFile, ...]

    @property
    def all(self) -> tuple[RuleFile, ...]:
        """Return every file."""
        return self.main + self.longterm


def build(settings: Settings) -> Rules:
    """Return the rules of these settings. Raises SettingsError where they conflict."""
    found = policy(settings)
    more = (*trend.levels(found.missing), *slo.recordings(settings, found.missing))
    configured = thresholds.configured_file(settings, found)
    _check_names(found)
    urgent = thresholds.file(settings)
    alerted = thresholds.signals((urgent, *((configured,) if configured is not None else ())))
    main = (
        recording.file(found, alerted, more),
        urgent,
        slo.file(settings),
        trend.file(settings, found),
        health.file(settings),
        longterm.file(settings, found),
        *((configured,) if configured is not None else ()),
    )
    longterm_files = (
        slo.longterm_file(settings),
        anomaly.file(settings),
        correlation.file(settings),
        budget_trend.longterm_file(settings),
    )
    # Last, over both servers' files: an alert is changed by its name, wherever it is evaluated.
    files = overrides.changed(settings, (*main, *longterm_files))
    changed = Rules(files[: len(main)], files[len(main) :])
    # After that: which alerts are critical is known then.
    more_main, more_longterm = escalation.files(settings, changed.main, changed.longterm)
    first, second = changed.main + more_main, changed.longterm
    files = overrides.labeled(settings, (*first, *second, *more_longterm))
    return _opened(settings, needed.needed(files), len(first), len(first) + len(second))


def _opened(settings: Settings, files: tuple[RuleFile, ...], own: int, sent: int) -> Rules:
    """Return the files of the first server, up to `own`, and of the second.

    Of the second's, those up to `sent` read what is written to it. Its escalations read ALERTS of
    its own.
    """
    version, apart = settings.prometheus.version, settings.prometheus.longterm is not None
    return Rules(
        newer.opened(files[:own], version),
        newer.opened(files[own:sent], version, written_to=apart)
        + newer.opened(files[sent:], version),
    )


def _check_names(found: Policy) -> None:
    """Raise SettingsError for a metric of the settings whose alert has another alert's name."""
    taken = {row.name for row in found.rows if row not in found.configured}
    for row in found.configured:
        if row.name in taken:
            raise SettingsError(
                f"google.metrics.{row.signal.name}.alert: its name would be {row.name}, which is "
                f"another alert's; rename the metric"
            )
        taken.add(row.name)


def texts(rules: Rules) -> dict[str, str]:
    """Return the files by path."""
    return {f"{RULE_FILES}/{file.name}": file.text() for file in rules.all}
