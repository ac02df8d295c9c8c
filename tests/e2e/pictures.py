"""Draws the dashboards of a simulated project, calm and in incidents: make pictures.

It takes about ten minutes; the data is kept in .pictures, so that drawing again takes two. Two
servers hold four hours in which much goes wrong, the same four hours of the calm week before,
and of the weeks before that what bands and budgets ask for, copied from the calm week.
"""

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporter.simulator.incidents import CALM, INCIDENTS, Episode, Scenario
from generators.policy import WINDOW
from generators.rules import running
from generators.rules.budgets import AVAILABILITY
from generators.rules.build import build
from generators.rules.longterm import KEPT
from tests.e2e.boards import MINUTE, REFERENCE, WEEK, pages
from tests.e2e.past import OPTIONS, Stretch, evaluate, written
from tests.exporter.running import IONMON
from tests.servers import Prometheus, blocks, prometheus

HOURS = 4 * 60 * MINUTE
WEEKS = 5
_OFF = 25  # seconds by which people look later than rules are evaluated
_EPISODES = (
    ("deploy_gone_wrong", 75, 25),
    ("replica_lag", 60, 20),
    ("cold_cache", 60, 20),
    ("cpu", 38, 15),
    ("memory", 38, 15),
    ("region_outage", 25, 60),
)  # minutes before the end at which each begins, and for how many
_TROUBLE = Scenario(
    "trouble",
    "",
    tuple(
        Episode(INCIDENTS[name], HOURS // MINUTE - before, minutes)
        for name, before, minutes in _EPISODES
    ),
)
_DENSE = (*(running.name(family) for family in running.COUNTED), AVAILABILITY.known(WINDOW))
_RUNNING = frozenset((*_DENSE, *map(running.sparse, _DENSE)))
_PICTURES = (
    ("incident", "light", 1600),
    ("incident", "dark", 1600),
    ("incident", "light", 420),
    ("calm", "light", 1600),
    ("calm", "dark", 1600),
)
_README = (*_PICTURES[0], ("overview", "reliability"))
_DOCS = Path("docs/dashboards")
Series = list[dict[str, Any]]


@dataclass(frozen=True)
class Past:
    """The hours that are drawn."""

    now: int

    @property
    def trouble(self) -> Stretch:
        """The hours in which much goes wrong."""
        return Stretch(self.now - HOURS, self.now)

    @property
    def calm(self) -> Stretch:
        """The same hours of the week before."""
        return Stretch(self.now - WEEK - HOURS, self.now - WEEK)


def prepare(folder: Path, past: Past) -> None:
    """Fill the data of both servers below `folder`."""
    rules = build(REFERENCE)
    calm, recent, kept = (folder / name for name in ("once", "recent", "kept"))
    for one in (calm, recent, kept):
        one.mkdir(parents=True)
    _say("scraping four calm hours and four of trouble, in virtual time")
    with ProcessPoolExecutor() as pool:
        found = pool.map(_pages, (folder / "calm", folder / "trouble"), (past.calm, past.trouble))
        for path, data in zip(found, ((calm, recent), (recent,)), strict=True):
            for one in data:
                blocks(path, one / "data")
            path.unlink()
    _say("evaluating the rules of the server with 72 hours")
    evaluate(calm, rules.main, past.calm)
    lived = _held(calm, past.calm)
    _add(_tiles(lived, past), recent, kept)
    for span in (past.calm, past.trouble):
        evaluate(recent, rules.main, span)
    _say("evaluating the rules of the server with 90 days")
    _add(_kept(_held(recent, past.calm), _held(recent, past.trouble)), kept)
    for span in (past.calm, past.trouble):
        evaluate(kept, rules.longterm, span)


def _pages(folder: Path, span: Stretch) -> Path:
    folder.mkdir()
    scenario = CALM if folder.name == CALM.name else _TROUBLE
    return pages(folder, span.start, span.end + 1, scenario)


def _add(lines: Iterator[str], *folders: Path) -> None:
    """Add samples to the data of servers."""
    path = folders[0] / "more.om"
    with path.open("w") as file:
        file.writelines(lines)
        file.write("# EOF\n")
    for folder in folders:
        blocks(path, folder / "data")
    path.unlink()


def _held(folder: Path, span: Stretch) -> Series:
    """Return what a server holds that the other one is sent, sample by sample."""
    with prometheus(folder, "{}", *OPTIONS) as server:
        query = f'{{__name__=~"{KEPT}"}}[{span.end - span.start}s]'
        found: Series = server.api("query", query=query, time=str(span.end))["result"]
    return found


def _tiles(calm: Series, past: Past) -> Iterator[str]:
    """Yield the events of weeks: the calm hours again and again, but for those that were lived."""
    lived = [range(span.start, span.end + 1) for span in (past.calm, past.trouble)]
    for one in calm:
        if one["metric"]["__name__"] in _RUNNING:
            for shift in range(WEEK - WEEKS * WEEK, WEEK, HOURS):
                yield from _shifted(one, shift, lived)


def _kept(calm: Series, trouble: Series) -> Iterator[str]:
    """Yield what was sent to the second server: twice lived, and the weeks before like the calm."""
    for one in calm:
        weeks = 0 if one["metric"]["__name__"] in _RUNNING else WEEKS - 2
        for week in range(-weeks, 1):
            yield from _shifted(one, week * WEEK)
    for one in trouble:
        yield from _shifted(one, 0)


def _shifted(one: dict[str, Any], shift: int, without: Iterable[range] = ()) -> Iterator[str]:
    labels = {name: text for name, text in one["metric"].items() if name != "__name__"}
    lift = _rise(one) * shift if one["metric"]["__name__"] in _RUNNING else 0.0
    moved = {int(at) + shift: float(value) + lift for at, value in one["values"]}
    samples = {at: value for at, value in moved.items() if not any(at in r for r in without)}
    yield from written(one["metric"]["__name__"], labels, samples)


def _rise(one: dict[str, Any]) -> float:
    """Return what a counter rises by in a second, so that it goes on from week to week."""
    (start, first), (end, last) = one["values"][0], one["values"][-1]
    return (float(last) - float(first)) / max(float(end) - float(start), 1.0)


@contextmanager
def served(folder: Path) -> Iterator[tuple[Prometheus, Prometheus]]:
    """Run both servers on what was prepared."""
    with ExitStack() as stack:
        recent, kept = (
            stack.enter_context(prometheus(folder / name, "{}", *OPTIONS))
            for name in ("recent", "kept")
        )
        yield recent, kept


def draw(folder: Path, past: Past, names: tuple[str, ...]) -> None:
    """Draw dashboards, of two hours, from servers that hold what was prepared."""
    with served(folder / "servers") as (recent, kept):
        for state, theme, wide in _PICTURES:
            end = past.trouble.end if state == "incident" else past.calm.end
            out = folder / f"{state}-{theme}-{wide}"
            command = [*IONMON, "preview", "--png", "--out", str(out)]
            options = {
                "--prometheus": f"http://127.0.0.1:{recent.port}",
                "--datasource": f"ion-prometheus-longterm=http://127.0.0.1:{kept.port}",
                "--from": str(end + _OFF - HOURS // 2),
                "--to": str(end + _OFF),
                "--theme": theme,
                "--width": str(wide),
            }
            boards = [word for name in names for word in ("--dashboard", name)]
            subprocess.run([*command, *_words(options), *boards], check=True)


def _words(options: dict[str, str]) -> list[str]:
    return [word for pair in options.items() for word in pair]


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - progress of minutes


def publish(folder: Path) -> None:
    """Put the pictures of the README where it finds them."""
    state, theme, wide, names = _README
    for name in names:
        shutil.copy(folder / f"{state}-{theme}-{wide}" / f"{name}.png", _DOCS)


def main() -> None:
    """Prepare what is not there yet, draw, and renew the pictures of the README."""
    parser = argparse.ArgumentParser(prog="make pictures", description=__doc__)
    parser.add_argument("dashboards", nargs="*", help="which; all unless said")
    parser.add_argument("--folder", type=Path, default=Path(".pictures"), help="where all is kept")
    parser.add_argument("--publish", action="store_true", help="renew the pictures of the README")
    given = parser.parse_args()
    folder = given.folder.resolve()  # servers run in folders of their own
    stamp = folder / "now"
    if not stamp.exists():
        shutil.rmtree(folder, ignore_errors=True)
        now = int(time.time()) // HOURS * HOURS
        prepare(folder / "servers", Past(now))
        stamp.write_text(str(now))
    draw(folder, Past(int(stamp.read_text())), tuple(given.dashboards))
    if given.publish:
        publish(folder)


if __name__ == "__main__":
    main()
