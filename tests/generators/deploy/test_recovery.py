"""A deploy that was killed between any two steps is put back or finished by the next run."""

import os
import signal
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from generators.deploy import recovery
from generators.deploy.journal import DeployJournal, DeployPhase
from generators.deploy.model import DeployStep, StepOutcome, StepResult
from generators.deploy.run import DeployFailed, apply
from tests.generators.deploy.machine import Machine, machine, started
from tests.generators.deploy.small_sets import small_set

pytestmark = pytest.mark.slow
_TOUCHES = frozenset(
    {"os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "socket.connect"}
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Run the servers once for all tests."""
    with machine(tmp_path_factory.mktemp("machine")) as made:
        yield made


def killed(made: Machine, steps: tuple[DeployStep, ...], at: int) -> bool:
    """Deploy in a process that SIGKILL ends at its nth touch of a file or a server."""
    child = os.fork()
    if child == 0:
        left = count(at, -1)

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            del arguments
            if event in _TOUCHES and next(left) == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        run = made.run(steps, evaluation=0)
        sys.addaudithook(watch)
        apply(run, lambda _: None)
        os._exit(0)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def journal(made: Machine) -> DeployJournal:
    """Return the journal of the deploy that was killed."""
    found = made.at.journal()
    assert found is not None
    return found


def recovered(made: Machine, steps: tuple[DeployStep, ...], *, back: bool) -> None:
    """End a killed deploy; everything is as it was, or in force as written."""
    found = made.at.journal()
    if found is None:  # it was killed before its first note
        return
    if found.phase is DeployPhase.APPLYING and back:
        recovery.put_back(found, made.at, 60, lambda _: None)
    else:
        try:
            recovery.finish(found, made.at, 60, lambda _: None)
        except DeployFailed:  # not all was ready beside its place
            recovery.put_back(journal(made), made.at, 60, lambda _: None)
            return
        assert not any(one.due for one in made.surveyed(steps))


@pytest.mark.parametrize("back", [True, False], ids=["back", "finish"])
@pytest.mark.parametrize(
    "every", [pytest.param(1, marks=pytest.mark.deep), 13], ids=["each", "some"]
)
def test_killed_anywhere(running: Machine, every: int, *, back: bool) -> None:
    """No kill leaves a file or a server between two sets, and none needs a hand."""
    made = running
    sets = [made.steps(small_set("1")), made.steps(small_set("2", files=("recording", "slo")))]
    made.deploy(sets[0])
    files, servers = made.files(), made.in_force()
    at, kills = every, 0
    while killed(made, sets[1], at):
        recovered(made, sets[1], back=back)
        assert made.at.journal() is None
        assert not [*made.root.rglob("*.ionmon-*")]
        if any(one.due for one in made.surveyed(sets[1])):
            assert made.files() == files
            assert made.in_force() == servers
        else:
            made.deploy(sets[0])
            files = made.files()
        at, kills = at + every, kills + 1
    assert kills * every > 30
    made.deploy(sets[0])


def test_the_next_deploy_says_what_to_type(running: Machine) -> None:
    """The journal names the process, and both commands."""
    made = running
    made.deploy(made.steps(small_set("1")))
    assert killed(made, made.steps(small_set("3")), 25)
    text = recovery.unfinished(journal(made), made.at)
    for how in ("back", "finish"):
        assert f"  ionmon deploy --recover {how} --set state_directory={made.root}/state" in text
    recovered(made, made.steps(small_set("3")), back=True)


def test_what_somebody_wrote_meanwhile_is_not_lost(running: Machine) -> None:
    """A file that is neither the old nor the new one goes beside its place, and is named."""
    made = running
    made.deploy(made.steps(small_set("1")))
    assert killed(made, made.steps(small_set("4")), 12)
    found = journal(made)
    change = next(c for c in found.changes if c.path.name == "common.tmpl")
    change.path.write_text("somebody's\n")
    told: list[StepResult] = []
    recovery.put_back(found, made.at, 60, told.append)
    assert change.path.read_text() == small_set("1")["alertmanager/templates/common.tmpl"]
    (theirs,) = change.path.parent.glob("common.tmpl.ionmon-theirs-*")
    text = f"{change.path}: was changed by somebody else meanwhile; that is now in {theirs}"
    assert [one.text for one in told if "somebody" in one.text] == [text]
    assert theirs.read_text() == "somebody's\n"
    theirs.unlink()
    assert made.at.journal() is None


def test_a_server_that_dies_in_between(tmp_path: Path) -> None:
    """Files and the other servers are as before; once it runs again, so is the dead one."""
    with machine(tmp_path) as made:
        made.deploy(made.steps(small_set("1")))
        files, servers = made.files(), made.in_force()

        def die(found: StepResult) -> None:
            if found.step == "longterm" and found.outcome is StepOutcome.DONE and not died:
                made.prometheus.close()
                died.append(found)

        died: list[StepResult] = []
        with pytest.raises(DeployFailed, match="NOT everything could be put back") as failed:
            made.deploy(made.steps(small_set("5")), die, patience=2)
        assert "its files are as before; type: curl -X POST" in str(failed.value)
        assert "ionmon deploy --recover back" in str(failed.value)
        assert made.files() == files
        started(made, "prometheus", made.config("prometheus").read_text())
        recovery.put_back(journal(made), made.at, 60, lambda _: None)
        assert made.in_force() == servers
        assert made.at.journal() is None
