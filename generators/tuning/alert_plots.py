"""What is drawn of each tuned alert."""

from collections.abc import Iterable, Iterator

from exporter.catalog.expression import Direction
from exporter.prometheus.api import TimeSpan
from generators.tuning.candidates import CandidateStatus
from generators.tuning.plot import PlottedAlert
from generators.tuning.replay import Firing
from generators.tuning.tuned import Tuning
from generators.tuning.tuned_alert import TunedAlert


def histories(tuning: Tuning) -> Iterator[PlottedAlert]:
    """Yield what is drawn of each alert that has values."""
    incidents = tuple(
        TimeSpan(one.start, min(one.until, tuning.grid.end)) for one in tuning.incidents
    )
    for one in tuning.alerts:
        history = one.history
        if history is not None and (history.worst == history.worst).any():
            yield _history(one, tuning, incidents)


def _history(one: TunedAlert, tuning: Tuning, incidents: tuple[TimeSpan, ...]) -> PlottedAlert:
    history, candidate, end = one.history, one.candidate, tuning.grid.end
    if history is None:
        raise ValueError(f"{candidate.rule.title} has no history")
    signal, current = history.row.signal, history.row.threshold
    sign = 1 if signal.direction is Direction.UP else -1
    proposed = candidate.threshold if candidate.status is CandidateStatus.PROPOSED else None
    return PlottedAlert(
        title=candidate.rule.title,
        about=candidate.why,
        unit=signal.unit,
        direction=signal.direction,
        grid=tuning.grid,
        values=sign * history.worst,
        current=current,
        proposed=proposed,
        incidents=incidents,
        firings=_spans(one.firings[0], end),
        firings_proposed=_spans(one.firings[1], end),
    )


def _spans(firings: Iterable[Firing], end: float) -> tuple[TimeSpan, ...]:
    return tuple(TimeSpan(float(one.began), one.until(end)) for one in firings)
