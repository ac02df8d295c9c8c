"""Boards filled with what servers answered once, each panel beside the answers to its queries."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from exporter.prometheus.api import Prometheus
from exporter.simulator.incidents import CALM, INCIDENTS, Episode, Scenario
from generators.checks.engine.dashboard_file import bodies
from generators.dashboards.datasources import KEPT
from generators.policy import EVALUATION
from generators.report import board_data, board_file
from generators.report.model import DrawnPanel
from generators.rules.slo import LONG_TERM
from tests.e2e import boards
from tests.e2e.boards import MINUTE
from tests.servers import prometheus, wait_until

Json = dict[str, Any]
BOARDS = tuple(sorted((Path(__file__).parents[2] / "grafana" / "out").glob("*.json")))
_WRONG = ("deploy_gone_wrong", "replica_lag", "cold_cache", "cpu", "memory")
_EPISODES = tuple(Episode(INCIDENTS[name], 20, 60) for name in _WRONG)
SCENARIOS = {"calm": CALM, "trouble": Scenario("trouble", "", _EPISODES), "empty": None}
_QUERIES = frozenset({"query", "query_range"})


@dataclass(frozen=True, slots=True)
class Recording:
    """What two servers answered to all that the boards ask, at one moment."""

    end: float
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)

    def answer(self, server: str, asked: str) -> Any:
        """Return what a server answered, or else what the other one did."""
        names = (server, *({"recent", "kept"} - {server}))
        return next(self.answers[name, asked] for name in names if (name, asked) in self.answers)


@dataclass(frozen=True, slots=True)
class RecordedPanel:
    """A panel of a file, what its queries were answered, and what the preview makes of both."""

    body: Json
    answers: tuple[Json, ...]
    drawn: DrawnPanel

    @property
    def question(self) -> Json:
        """Return what Grafana's code is given."""
        targets = [one for one in self.body["targets"] if one.get("expr") and not one.get("hide")]
        queries = [
            {
                "refId": target["refId"],
                "source": target["datasource"]["uid"],
                "format": target.get("format", "time_series"),
                "legendFormat": target.get("legendFormat", ""),
                "expr": target["expr"],
                "instant": bool(target.get("instant")),
                "answer": answer,
            }
            for target, answer in zip(targets, self.answers, strict=True)
        ]
        return {"kind": "panel", "panel": self.body, "queries": queries}


@dataclass(slots=True)
class _Remembering(Prometheus):
    """A server whose answers are recorded; without an address it answers what is recorded."""

    name: str = ""
    recording: Recording = field(default_factory=lambda: Recording(0.0))
    log: list[Json] = field(default_factory=list)

    def _ask(self, path: str, **parameters: Any) -> Any:
        asked = json.dumps([path, parameters], sort_keys=True)
        if self.url:
            answer = Prometheus._ask(self, path, **parameters)
            self.recording.answers[self.name, asked] = answer
        else:
            answer = self.recording.answer(self.name, asked)
        if path in _QUERIES:
            self.log.append(answer)
        return answer


def record(state: str) -> Recording:
    """Return what real servers answer to every board: calm, in trouble, or without any data."""
    with TemporaryDirectory() as folder, _served(SCENARIOS[state], Path(folder)) as addresses:
        # Charts ask at whole minutes: what rules have made since the last one would be missing.
        end = time.time() // MINUTE * MINUTE + MINUTE
        wait_until(lambda: time.time() > end, "a whole minute", within=2 * MINUTE)
        recording = Recording(end)
        for path in BOARDS:
            for _ in panels(path, recording, *addresses):
                pass
    return recording


@contextmanager
def _served(scenario: Scenario | None, folder: Path) -> Iterator[tuple[str, str]]:
    """Run the two servers of a scenario, or an empty one in place of both; give addresses."""
    if scenario is None:
        with prometheus(folder, "{}") as one:
            yield _address(one.port), _address(one.port)
    else:
        with boards.servers(folder, scenario) as both:
            yield _address(both.recent.port), _address(both.kept.port)


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def panels(
    path: Path, recording: Recording, recent: str = "", kept: str = ""
) -> Iterator[RecordedPanel]:
    """Yield the panels of a dashboard's file, filled from servers or else from a recording."""
    file = board_file.read(path, open_rows=True)
    log, starts = list[Json](), list[int]()
    request = board_data.DataRequest(
        server=_Remembering(recent, name="recent", recording=recording, log=log),
        now=recording.end,
        others={KEPT.uid: _Remembering(kept, name="kept", recording=recording, log=log)},
        minimum_step=EVALUATION,
        minimum_steps={KEPT.uid: LONG_TERM},
    )
    drawn = board_data.board(file, request, lambda _: starts.append(len(log)))
    written = {body["id"]: body for body in bodies(json.loads(path.read_text(encoding="utf-8")))}
    ends = [*starts[1:], starts[-1] + len(file.panels[-1].targets)]
    for panel, start, end in zip(drawn.panels, starts, ends, strict=True):
        assert not panel.faults, f"{panel.title}: {panel.faults}"
        yield RecordedPanel(written[panel.number], tuple(log[start:end]), panel)
