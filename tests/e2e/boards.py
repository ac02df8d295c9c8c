"""Two Prometheus servers with all that dashboards ask for: pages, rules, weeks of past.

The pages are of a simulated project, scraped in virtual time that ends a little after the present.
What takes weeks to come about is copied from what the rules make of the pages.
"""

import asyncio
import json
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from exporter.settings import load
from exporter.simulator.application import SimulatedApplication
from exporter.simulator.incidents import CALM, INCIDENTS, Episode, Scenario
from exporter.simulator.world import World
from generators.prometheus import main as main_config
from generators.rules import longterm
from generators.rules.build import build
from generators.rules.model import Alerting, Group, Rule, RuleFile
from tests.clocks import HandClock
from tests.e2e.history import Exporter, settings, simulated
from tests.servers import Prometheus, blocks, prometheus, redis, wait_until

REFERENCE = load(Path(__file__).parents[2] / "examples" / "reference.yaml")
MINUTE, WEEK = 60, 7 * 86400
# Ahead: the data must not end while slow machines still query it, or bands and trends fire.
BEFORE, AHEAD = 32 * MINUTE, 12 * MINUTE
SCRAPE, STEP = 30, 10
QUICK, EVALUATIONS = 3, 4
KEPT = '{__name__=~".+:(longterm_.+|slo_.+)"}'
_RECORDED = '{__name__=~".+:.+"}'
_SCENARIO = Scenario("deploy", "", (Episode(INCIDENTS["deploy_gone_wrong"], 20, 60),))
_TARGET = 'job="ionmon",instance="127.0.0.1:9841"'
_OTHERS = (
    f"up{{{_TARGET}}} 1",
    'prometheus_rule_group_last_duration_seconds{job="prometheus",rule_group="ion_alerts"} 0.01',
    'alertmanager_notifications_failed_total{job="alertmanager",integration="slack"} 0',
)


@dataclass(frozen=True)
class Servers:
    """The server with 72 hours and that with 90 days."""

    recent: Prometheus
    kept: Prometheus


def only_deploy(start: int, end: int) -> int:
    """Return the seed of a project that deploys nothing of its own between two times."""
    minutes = range(start // MINUTE - 1, end // MINUTE + 2)
    worlds = ((seed, World(seed, start, CALM).traffic) for seed in count(1))
    return next(seed for seed, calm in worlds if len(set(map(calm.revisions, minutes))) == 1)


def pages(
    folder: Path, start: int, end: int, scenario: Scenario = _SCENARIO, seed: int = 1
) -> Path:
    """Scrape an exporter of the simulated project from `start` to `end`; return the pages."""
    clock, world = HandClock(start), World(seed, start, scenario)
    path = folder / "pages.om"
    with (
        simulated(world, clock) as (_, endpoint, cache),
        redis(folder) as server,
        path.open("w") as file,
    ):
        url = f"redis://127.0.0.1:{server.port}"
        application = SimulatedApplication(world, clock, url, World.project)
        exporter = Exporter(settings(endpoint, ("*",), cache, server.port), clock, folder / "state")

        async def scrape_all() -> None:
            while clock.time < end:
                application.catch_up()
                assert application.flush()
                await exporter.poll()
                if clock.time % SCRAPE == 0:
                    exporter.engine.project_cost()
                    file.writelines(_stamped(exporter.page(), clock.time))
                clock.time += STEP
            await exporter.close()

        asyncio.run(scrape_all())
        file.write("# EOF\n")
    return path


def _stamped(page: str, at: float) -> Iterator[str]:
    for line in (*page.splitlines(), *_OTHERS):
        if line.startswith("#") or not line:
            continue
        series, _, value = line.rpartition(" ")
        if line not in _OTHERS:
            name, _, labels = series.partition("{")
            series = f"{name}{{{_TARGET}{',' + labels if labels else '}'}"
        yield f"{series} {value} {at:.0f}\n"


def _config(folder: Path, files: tuple[RuleFile, ...], remote: int | None = None) -> str:
    """Write rules, every group due every few seconds and every alert at once; return the config."""
    folder.mkdir(exist_ok=True)
    for file in files:
        groups = tuple(replace(g, interval=QUICK, rules=_at_once(g)) for g in file.groups)
        (folder / file.name).write_text(RuleFile(file.name, file.about, groups).text())
    config = main_config(REFERENCE, build(REFERENCE))
    late = {"tsdb": {"out_of_order_time_window": "1h"}}  # blocks reach into the future
    body = {"storage": late, "rule_files": [str(folder / file.name) for file in files]}
    if remote is not None:
        kept = config["remote_write"][0]["write_relabel_configs"]
        url = f"http://127.0.0.1:{remote}/api/v1/write"
        body["remote_write"] = [{"url": url, "write_relabel_configs": kept}]
    return json.dumps(body)


def _at_once(group: Group) -> tuple[Rule, ...]:
    return tuple(
        replace(rule, for_=0.0) if isinstance(rule, Alerting) else rule for rule in group.rules
    )


def made(folder: Path, now: float) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the labels and values of what the rules make for the long term, and of the rest."""
    rules = build(REFERENCE)
    with prometheus(folder, _config(folder / "rules", rules.main)) as server:
        wait_until(lambda: _settled(server), "the rules' series for the long term", within=60)
        found = server.api("query", query=_RECORDED, time=str(now + 60))["result"]
    each = [{**one["metric"], "value": one["value"][1]} for one in found]
    kept = re.compile(longterm.KEPT)
    return (
        [one for one in each if kept.fullmatch(one["__name__"])],
        [one for one in each if not kept.fullmatch(one["__name__"])],
    )


def _settled(server: Prometheus) -> bool:
    """Say whether every group was evaluated often enough for all that builds on it."""
    groups = server.api("rules")["groups"]
    return bool(groups) and all(
        _evaluations(server).get(group["name"], 0) >= EVALUATIONS * len(group["rules"])
        for group in groups
    )


def _evaluations(server: Prometheus) -> dict[str, float]:
    """Return how many rules of each group were evaluated: the server's own counter."""
    found: dict[str, float] = {}
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=30) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("prometheus_rule_evaluations_total{"):
                labels, _, value = line.rpartition(" ")
                found[labels.rpartition(";")[2].removesuffix('"}')] = float(value)
    return found


def _fed(first: Prometheus, second: Prometheus) -> bool:
    """Say whether the second server has all series that the first keeps for it."""
    each = (server.query(f"count({KEPT})", time.time()) for server in (first, second))
    sent, had = (next(iter(found.values()), 0.0) for found in each)
    return 0 < sent <= had


def _past(series: list[dict[str, str]], file: Path, now: int) -> None:
    """Write the series of now as those of the same hours, one to three weeks ago.

    Counters have risen to half of what they are two hours ago: a budget is known only where they
    rise, and what the rules copy each five minutes does not in a server's first five.
    """
    counters = [labels for labels in series if labels["__name__"].endswith("_total")]
    with file.open("w") as out:
        for weeks in (3, 2, 1):
            centre = now - weeks * WEEK
            for at in range(centre - 3600, centre + 3600 + 1, 5 * MINUTE):
                out.writelines(_sample(labels, 1.0, at) for labels in series)
        for at in range(now - 7200, now - 3600, 5 * MINUTE):
            out.writelines(_sample(labels, 0.5, at) for labels in counters)
        out.write("# EOF\n")


def _sample(labels: dict[str, str], share: float, at: int) -> str:
    return f"{_text(labels)} {share * float(labels['value'])} {at}\n"


def _text(labels: dict[str, str]) -> str:
    pairs = (f"{n}={json.dumps(v)}" for n, v in labels.items() if n not in ("__name__", "value"))
    return f"{labels['__name__']}{{{','.join(pairs)}}}"


@contextmanager
def servers(folder: Path, scenario: Scenario = _SCENARIO) -> Iterator[Servers]:
    """Run both servers, the second with weeks of past, fed by the first."""
    now = int(time.time()) // MINUTE * MINUTE
    recent, kept = folder / "recent", folder / "kept"
    recent.mkdir()
    kept.mkdir()
    span = now - BEFORE, now + AHEAD
    blocks(pages(folder, *span, scenario, seed=only_deploy(*span)), recent / "data")
    _past(made(recent, time.time())[0], folder / "past.om", now)
    blocks(folder / "past.om", kept / "data")
    rules, options = build(REFERENCE), ("--storage.tsdb.retention.time=90d", "--query.timeout=10s")
    with ExitStack() as stack:
        second = stack.enter_context(
            prometheus(
                kept,
                _config(kept / "rules", rules.longterm),
                *options,
                "--web.enable-remote-write-receiver",
            )
        )
        config = _config(recent / "rules", rules.main, second.port)
        first = stack.enter_context(prometheus(recent, config, *options))
        wait_until(lambda: _settled(first) and _fed(first, second), "series of both", within=90)
        wait_until(lambda: _settled(second), "the rules of the second server", within=90)
        yield Servers(first, second)
