"""A deploy is in force and verified, or everything is as it was: on real servers."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from generators.deploy.lock import DeployLocked, locked
from generators.deploy.model import DeployStep, StepOutcome, StepResult
from generators.deploy.run import DeployFailed
from generators.deploy.stopping import StopAsked
from tests.generators.deploy.machine import Machine, machine
from tests.generators.deploy.small_sets import FAILING, OUT, small_set, with_expr

pytestmark = pytest.mark.slow
NAMES = ["alertmanager", "longterm", "prometheus", "grafana"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Run the servers once for all tests."""
    with machine(tmp_path_factory.mktemp("machine")) as made:
        yield made


@pytest.fixture
def deployed(running: Machine) -> Machine:
    """Return a machine on which the first set is in force."""
    running.deploy(running.steps(small_set()))
    return running


def outcomes(told: list[StepResult]) -> list[tuple[str, str]]:
    """Return each step with its outcome."""
    return [(one.step, one.outcome.value) for one in told]


def refused(made: Machine, steps: tuple[DeployStep, ...], says: str, patience: float = 60) -> None:
    """Deploy what fails; all files and servers are as before, and no trace is left."""
    files, servers = made.files(), made.in_force()
    with pytest.raises(DeployFailed, match=says) as failed:
        made.deploy(steps, patience=patience)
    assert str(failed.value).endswith("everything is as it was before")
    assert made.files() == files
    assert made.in_force() == servers
    assert made.at.journal() is None
    assert not [*made.root.rglob("*.ionmon-*")]


def test_everything_is_put_in_force(deployed: Machine) -> None:
    """Each server has the set in force, after its files were written and read in one step each."""
    told = deployed.deploy(deployed.steps(small_set("2")))
    expected = [("files", "done"), *((name, "done") for name in NAMES), ("evaluation", "done")]
    assert outcomes(told) == expected
    assert not any(one.due for one in deployed.surveyed(deployed.steps(small_set("2"))))
    rules = deployed.root / "prometheus/rules/recording.yml"
    assert rules.read_text() == small_set("2")[f"{OUT}/rules/recording.yml"]
    assert not [*deployed.root.rglob("*.ionmon-*")]


def test_a_second_run_changes_nothing(deployed: Machine) -> None:
    """No file is touched and no server reads its files again."""
    files, times = deployed.files(), deployed.reloads()
    assert deployed.deploy(deployed.steps(small_set())) == []
    assert deployed.files() == files
    assert deployed.reloads() == times


def test_a_server_that_missed_its_files_is_reloaded(deployed: Machine) -> None:
    """Files that are right and not in force are no reason to skip a step."""
    steps = deployed.steps(small_set("3"))
    for file in steps[2].files:
        assert file.content is not None
        file.path.write_bytes(file.content)
    (found,) = (one for one in deployed.surveyed(steps) if one.step.name == "prometheus")
    assert not found.changes
    assert "recording.yml: group ion-recording: recording:up:sum: expr is" in found.different[0]
    assert ("prometheus", "done") in outcomes(deployed.deploy(steps))


BROKEN = {
    "prometheus": (
        f"{OUT}/rules/alerts.yml",
        "groups: [{name: a, rules: [{alert: A, expr: '1 +'}]}]\n",
    ),
    "longterm": (f"{OUT}/prometheus-longterm.yml", "rule_files: []\nunknown: 1\n"),
    "alertmanager": (f"{OUT}/alertmanager.yml", "route: {receiver: nobody}\n"),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("backwards", [False, True], ids=["", "backwards"])
def test_a_server_that_refuses_has_all_put_back(
    deployed: Machine, name: str, *, backwards: bool
) -> None:
    """Whichever server refuses, and after whichever steps, nothing stays of the deploy."""
    path, text = BROKEN[name]
    steps = deployed.steps({**small_set("4"), path: text})
    refused(deployed, steps[::-1] if backwards else steps, "refused the reload")
    failed = [one.step for one in deployed.told if one.outcome is StepOutcome.FAILED]
    assert failed == [name]


def test_another_configuration_in_force_has_all_put_back(deployed: Machine, tmp_path: Path) -> None:
    """A server that was started on another file takes the reload, and its API tells."""
    wrong = {"config_file": str(tmp_path / "prometheus.yml")}
    steps = deployed.steps(small_set("5"), prometheus=wrong)
    refused(deployed, steps, "ion-recording is not loaded", patience=1)
    assert [*tmp_path.iterdir()] == []


def test_a_rule_that_fails_has_all_put_back(deployed: Machine) -> None:
    """A rule that loads and cannot be evaluated is found by waiting for its evaluation."""
    steps = deployed.steps(with_expr(small_set(), FAILING))
    refused(deployed, steps, "recording:up:sum fails: ")


def test_a_signal_has_all_put_back(deployed: Machine) -> None:
    """SIGTERM in the middle of a deploy ends it after everything is as it was."""
    files, servers = deployed.files(), deployed.in_force()

    def stop(found: StepResult) -> None:
        if found.step == "longterm" and found.outcome is StepOutcome.DONE:
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(StopAsked):
        deployed.deploy(deployed.steps(small_set("6")), stop)
    assert deployed.files() == files
    assert deployed.in_force() == servers
    assert deployed.at.journal() is None


def test_a_directory_that_cannot_be_written_changes_nothing(deployed: Machine) -> None:
    """The fault is found before the first file is put in place, and names the path."""
    wrong = {"rules_directory": "/proc/ion"}
    refused(deployed, deployed.steps(small_set("7"), prometheus=wrong), "/proc/ion: cannot be made")
    assert outcomes(deployed.told)[0] == ("files", "failed")


def test_files_that_go_are_removed_and_put_back(deployed: Machine) -> None:
    """A rule file that is no longer generated goes and is unloaded; others' files stay."""
    fewer = small_set("8", files=("alerts",))
    path, text = BROKEN["prometheus"]
    refused(deployed, deployed.steps({**fewer, path: text}), "refused the reload")
    deployed.deploy(deployed.steps(fewer))
    folder = deployed.root / "prometheus/rules"
    assert {file.name for file in folder.iterdir()} == {"alerts.yml", "others.yml"}


def test_another_target_keeps_what_was_written_for_it(deployed: Machine) -> None:
    """One record serves several servers of a step: each loses only what was its own."""
    deployed.config("longterm").write_text("rule_files: [second/*.yml]\n")
    second = deployed.root / "longterm/second"
    other = {
        "url": f"http://127.0.0.1:{deployed.ports['longterm']}",
        "config_file": None,
        "rules_directory": str(second),
    }
    first = {path: path.read_bytes() for path in (deployed.root / "prometheus").rglob("*.yml")}
    for number, files in (("15", ("recording", "alerts")), ("16", ("alerts",))):
        steps = deployed.steps(small_set(number, files=files), prometheus=other)
        deployed.deploy(tuple(one for one in steps if one.name == "prometheus"))
        assert {path.stem for path in second.iterdir()} == {*files}
        assert {path: path.read_bytes() for path in first} == first
    moved = other | {"rules_directory": str(deployed.root / "longterm/third")}
    (found,) = (
        one
        for one in deployed.surveyed(deployed.steps(small_set("16"), prometheus=moved))
        if one.step.name == "prometheus"
    )
    assert found.left == (second / "alerts.yml",)
    assert [change.path for change in found.changes if change.new is None] == []


def test_a_directory_of_rules_moves_to_one_of_the_same_name(deployed: Machine) -> None:
    """With the configuration that names it: the old files are removed, and loaded no more."""
    moved = deployed.root / "prometheus/moved/rules"
    steps = deployed.steps(small_set("17"), prometheus={"rules_directory": str(moved)})
    deployed.deploy(steps)
    assert not any(one.due for one in deployed.surveyed(steps))
    assert {path.name for path in moved.iterdir()} == {"recording.yml", "alerts.yml"}
    assert {path.name for path in (deployed.root / "prometheus/rules").iterdir()} == {"others.yml"}
    deployed.deploy(deployed.steps(small_set()))


def test_an_edit_during_a_deploy_is_kept_beside(deployed: Machine) -> None:
    """What was there before is back, and nothing is in the way of the next deploy."""
    board = deployed.root / "grafana/boards/overview.json"
    before = board.read_text()
    command = ["sh", "-c", f"echo theirs > {board}; exit 1"]
    with pytest.raises(DeployFailed, match="everything is as it was before"):
        deployed.deploy(deployed.steps(small_set("18"), prometheus={"reload_command": command}))
    (theirs,) = board.parent.glob("overview.json.ionmon-theirs-*")
    assert any(f"that is now in {theirs}" in one.text for one in deployed.told)
    assert (board.read_text(), theirs.read_text()) == (before, "theirs\n")
    theirs.unlink()
    deployed.deploy(deployed.steps(small_set("18")))


def test_what_somebody_changed_is_named(deployed: Machine) -> None:
    """A file that is not as the last deploy left it is told from one that no deploy wrote."""
    steps = deployed.steps(small_set("9"))
    assert [text for one in deployed.surveyed(steps) for text in one.by_hand] == []
    changed = deployed.root / "prometheus/rules/alerts.yml"
    changed.write_text("groups: []\n")
    named = [text for one in deployed.surveyed(steps) for text in one.by_hand]
    assert named == [f"{changed}: was changed since the last deploy"]
    changed.unlink()
    named = [text for one in deployed.surveyed(steps) for text in one.by_hand]
    assert named == [f"{changed}: was removed since the last deploy"]
    own = {"rules_directory": str(deployed.root / "own")}
    (deployed.root / "own").mkdir(exist_ok=True)
    (deployed.root / "own/alerts.yml").write_text("groups: []\n")
    steps = deployed.steps(small_set("9"), prometheus=own)
    named = [text for one in deployed.surveyed(steps) for text in one.by_hand]
    assert f"{deployed.root}/own/alerts.yml: is not of a deploy" in named


def test_links_are_followed_and_modes_kept(deployed: Machine, tmp_path: Path) -> None:
    """What a link leads to is replaced, with the owner and the mode that it had."""
    path = deployed.root / "prometheus/rules/alerts.yml"
    behind = tmp_path / "alerts.yml"
    path.rename(behind)
    path.symlink_to(behind)
    behind.chmod(0o640)
    os.chown(behind, 1234, 5678)
    try:
        deployed.deploy(deployed.steps(small_set("10")))
        assert path.is_symlink()
        stat = behind.stat()
        assert (stat.st_mode & 0o777, stat.st_uid, stat.st_gid) == (0o640, 1234, 5678)
        assert behind.read_text() == small_set("10")[f"{OUT}/rules/alerts.yml"]
    finally:
        path.unlink()
        deployed.deploy(deployed.steps(small_set()))


def test_two_deploys_at_once_are_one_too_many(tmp_path: Path) -> None:
    """The second names the directory; the lock of a missing one is that of its parent."""
    refusal = pytest.raises(DeployLocked, match=f"{tmp_path}: another deploy is writing there")
    with locked([tmp_path]), refusal, locked([tmp_path / "missing"]):
        pass
    with locked([tmp_path]):
        pass


def test_rules_alone_leave_the_configuration(deployed: Machine) -> None:
    """Without config_file only rules are written, and a server that loads them has them."""
    own = deployed.config("prometheus").read_bytes()
    settings = deployed.settings().deploy.prometheus
    assert settings is not None
    rules = {"config_file": None, "rules_directory": str(deployed.root / "prometheus/rules")}
    steps = [
        step
        for step in deployed.steps(small_set("11"), prometheus=rules)
        if step.name == "prometheus"
    ]
    assert all(file.path.parent.name == "rules" for file in steps[0].files)
    deployed.deploy(tuple(steps))
    assert deployed.config("prometheus").read_bytes() == own


def test_a_command_reloads(deployed: Machine) -> None:
    """A command's reload is waited for; one that fails has all put back."""
    url = f"http://127.0.0.1:{deployed.ports['prometheus']}/-/reload"
    post = ["curl", "-sfX", "POST", url]
    later = ["sh", "-c", f"(sleep 0.3; {' '.join(post)}) > /dev/null 2>&1 &"]
    steps = deployed.steps(small_set("12"), prometheus={"reload_command": later})
    assert ("prometheus", "done") in outcomes(deployed.deploy(steps))
    steps = deployed.steps(small_set("13"), prometheus={"reload_command": ["false"]})
    files = deployed.files()
    with pytest.raises(DeployFailed, match="false: ended with 1"):
        deployed.deploy(steps)
    assert deployed.files() == files


def test_a_disk_that_is_full_changes_nothing(deployed: Machine) -> None:
    """What was there is kept first, so that putting it back needs no room."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    steps = deployed.steps(small_set("14", pad="x" * (1 << 20)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 19, before[1]))
    try:
        refused(deployed, steps, "overview.json: cannot be written: File too large")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_step_keeps_its_files_apart() -> None:
    """Two steps that would write one path are refused before anything is asked."""
    made = Machine(Path("/nowhere"), {"longterm": 1, "prometheus": 2})
    steps = made.steps(small_set())
    with pytest.raises(Exception, match="would be a file of prometheus and of longterm"):
        made.surveyed((steps[1], replace(steps[0], files=steps[1].files)))
