"""With --quiet, standard error has nothing of a command that is done: each is run."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import yaml

from exporter.settings import load
from exporter.simulator.server import Simulator
from generators.output_folders import SERVERS
from generators.tuning.history_file import SavedAnswer, save
from generators.tuning.judging import policy_alerts
from generators.tuning.tuned import expressions
from tests.clocks import HandClock
from tests.docs.json_keys import ROOT
from tests.docs.test_commands_page import EVERY, flags
from tests.exporter.backfill.small import CUT, configured, world, written
from tests.exporter.running import INSTANCES, IONMON, REQUESTS, address, simulator, tree
from tests.exporter.summary.serving import serving
from tests.generators.grafana.standin import TOKEN, grafana
from tests.generators.tuning.simulated_weeks import GRID, answers
from tests.servers import alertmanager, free_port

pytestmark = pytest.mark.slow

REFERENCE = str(ROOT / "examples" / "reference.yaml")  # where all channels are set up
SET = ("--root", "{folder}/set")
OWN = ("--config", "{folder}/m.yaml")
COMMANDS: dict[str, tuple[str, ...]] = {
    "analyze": (*OWN, "--prometheus", "{past}", "--until", "{end}"),
    "backfill": ("--config", "{hours}", "--last", "2h", "--rules", "{folder}/hours/rules",
                 "--blocks", "{folder}/blocks", "--dry-run"),
    "check": (*SET, "--offline"),
    "configs": ("--config", REFERENCE, "--root", "{folder}/reference"),
    "deploy": (*SET, "--offline"),
    "diff": (*SET, "current", "current"),
    "doctor": (*OWN, "--storage.state-file", "{folder}/state.sqlite"),
    "drill": (*OWN, "--dry-run"),
    "estimate": (*OWN,),
    "history": ("--last", "1h", "{folder}/h.om", "--family", "cloudrun_instances"),
    "init": ("--simulated", "--output", "{folder}/first.yaml"),
    "preview": ("--prometheus", "{past}", "--dashboards", "{folder}/set/grafana/out",
                "--dashboard", "cache", "--out", "{folder}/pages", "--to", "{end}"),
    "report": (*OWN, "--until", "{end}"),
    "tune": (*OWN, "--history", "{folder}/weeks.json", "--out", "{folder}/found.json"),
    "upload": ("--grafana", "{grafana}", "--dashboards", "{folder}/set/grafana/out",
               "--token-file", "{folder}/token"),
    "versions": SET,
}  # fmt: skip

SOON = {"configs", "doctor", "report", "tune"}  # run without --deep, too


def ran(*words: str) -> subprocess.CompletedProcess[str]:
    """Run ionmon, and return what it printed."""
    return subprocess.run(
        (*IONMON, *words), capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """All that commands read: a project, a past, servers, settings, and what is made from these."""
    folder = tmp_path_factory.mktemp("quiet")
    with ExitStack() as stack:
        own = stack.enter_context(pytest.MonkeyPatch.context())
        for name in ("STATE", "CACHE"):
            own.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
        project = stack.enter_context(simulator(INSTANCES, REQUESTS))
        hours = Simulator(world(), HandClock(CUT + 3600))
        stack.callback(hours.close)
        (folder / "hours").mkdir()
        written(folder / "hours")
        past = stack.enter_context(serving(tmp_path_factory.mktemp("past")))
        there = stack.enter_context(grafana())
        body = tree(address(project), INSTANCES, REQUESTS)
        port = free_port()
        body["prometheus"] = {"address": past.address, "alertmanagers": [f"127.0.0.1:{port}"]}
        body["deploy"] = {"grafana": {"dashboards_directory": str(folder / "boards")}}
        path = folder / "m.yaml"
        path.write_text(yaml.safe_dump(body))
        (folder / "token").touch(mode=0o600)
        (folder / "token").write_text(TOKEN)
        texts = expressions(policy_alerts(load(path)))
        save(folder / "weeks.json", {t: SavedAnswer(GRID, answers().get(t, ())) for t in texts})
        made = ran("configs", "--config", str(path), "--root", str(folder / "set"))
        assert made.returncode == 0, made.stderr
        config = folder / "set" / SERVERS / "alertmanager.yml"
        stack.enter_context(alertmanager(folder, config, port=port))
        yield {
            "folder": str(folder),
            "past": f"http://{past.address}",
            "end": f"{past.end:.0f}",
            "grafana": there.address,
            "hours": str(configured(folder / "hours", hours.start())),
        }


def test_each_command_is_run() -> None:
    """A new one with --quiet needs its words here."""
    assert {name for name in EVERY if "--quiet" in flags(name)} == set(COMMANDS)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in SOON else pytest.mark.deep) for name in COMMANDS],
)
def test_quiet_is_silent(scene: dict[str, str], name: str) -> None:
    """Without a fault there is nothing on standard error; the answer itself is printed."""
    found = ran(name, *(word.format(**scene) for word in COMMANDS[name]), "--quiet")
    assert (found.returncode, found.stderr) == (0, "")
