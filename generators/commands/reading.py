"""Reads what alerts compare from a Prometheus server, for commands that replay them."""

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.clock import WallClock
from exporter.commands.terminal import Bar
from exporter.errors import IonmonError
from exporter.prometheus.api import server
from generators.commands.past import history_folder
from generators.tuning.compared import Answers
from generators.tuning.kept_answers import KeptAnswers
from generators.tuning.model import TimeGrid
from generators.tuning.prometheus_history import PrometheusHistory

MINUTE = 60


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """What was read, and of which times."""

    grid: TimeGrid
    answers: Answers


def recent_history(url: str, seconds: float, texts: Sequence[str], bar: Bar) -> ReadHistory:
    """Return the series of expressions, a value a minute, up to the last whole minute.

    Raises IonmonError where the server cannot be read, or has none of them.
    """
    now = WallClock().now()
    end, count = int(now) // MINUTE * MINUTE - MINUTE, round(seconds / MINUTE)
    grid = TimeGrid(start=end - (count - 1) * MINUTE, step=MINUTE, count=count)
    prometheus = server(url)
    prometheus.hello(now)

    def show(share: float, what: str) -> None:
        bar.show(what)
        bar.reach(share)

    answers = PrometheusHistory(prometheus, now, kept_history(), show).read(texts, grid)
    require_values(answers, url)
    return ReadHistory(grid, answers)


def kept_history() -> KeptAnswers:
    """Return where answers about the past are kept; nowhere for a user without a home."""
    return KeptAnswers(history_folder())


def require_values(answers: Answers, place: str) -> None:
    """Raise IonmonError where nothing is known of any alert."""
    if not any(answers.values()):
        raise IonmonError(
            f"{place} has none of the series that alerts compare; it needs the generated rules and "
            "some days, or `ionmon backfill`"
        )
