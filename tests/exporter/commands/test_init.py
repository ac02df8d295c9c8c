"""ionmon init writes a monitoring.yaml that is checked, or nothing at all."""

import json
import os
import pty
import re
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import CompletedProcess, Popen

import pytest

from exporter import cli
from exporter.settings import load
from exporter.simulator.projects import Projects
from exporter.simulator.server import Simulator
from tests import servers
from tests.docs.json_keys import unlike_page
from tests.docs.reading import documents
from tests.exporter.commands.ran import ran
from tests.exporter.running import INSTANCES, IONMON, UP, address, simulator

pytestmark = pytest.mark.slow
NAMES = (INSTANCES, UP, "memorystore_redis_uptime_seconds")
READ_IT = b"Read it? [Y/n]: "
LAST = b"(ion-cache), empty for none: "


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep state files in a folder of the test, and let no variable name a project."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("IONMON_CONFIG", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def project() -> Iterator[Simulator]:
    """Serve a project with a service, databases and a cache."""
    with simulator(*NAMES, projects=Projects(empty=("ion-empty",))) as found:
        yield found


def reached(project: Simulator, name: str = "ion-demo") -> tuple[str, ...]:
    """Return the flags that lead to a project of a simulator."""
    return ("--project", name, "--google.endpoint", address(project), "--google.insecure")


def init(folder: Path, project: Simulator, *more: str) -> CompletedProcess[str]:
    """Run ionmon init in a folder, without a terminal."""
    return ran(folder, "init", *reached(project), *more)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--slack-channel", "#x"), "has no effect without --slack-url-file"),
        (("--availability", "120%"), "is more than 100%, which no share can be; write a lower one"),
        (("--availability", "100%"), "must be less than 100%"),
    ],
)
def test_what_cannot_have_an_effect_is_refused(
    words: tuple[str, ...], text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a project is read, which costs."""
    output = ("--output", str(tmp_path / "new.yaml"))
    assert cli.run(["init", "--simulated", "--yes", *output, *words]) == 2
    assert text in capsys.readouterr().err


def test_a_file_is_written_checked_and_priced(project: Simulator, tmp_path: Path) -> None:
    """It names what was found, and the price and the next commands are printed."""
    done = init(tmp_path, project, "--availability", "99.9%", "--no-client-errors")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("To read what ion-demo has takes 8 calls")
    assert "ion-mentoring (asia-southeast1, europe-west1, us-central1)" in done.stdout
    assert "\n  caches          ion-cache (Redis, us-central1)\n" in done.stdout
    assert "  ionmon run --config monitoring.yaml" in done.stdout
    settings = load(tmp_path / "monitoring.yaml")
    assert settings.google.endpoint == address(project)
    assert settings.objectives.availability == 0.999
    assert settings.alerts.error_classes == ("5xx",)
    assert (tmp_path / "monitoring.yaml").stat().st_mode & 0o777 == 0o644


def test_a_file_that_exists_stays(project: Simulator, tmp_path: Path) -> None:
    """It is refused before any call, and replaced with --force only."""
    path = tmp_path / "monitoring.yaml"
    path.write_text("kept")
    calls = project.calls
    done = init(tmp_path, project)
    assert (done.returncode, path.read_text()) == (1, "kept")
    assert "replace it: --force" in done.stderr
    assert project.calls == calls
    assert init(tmp_path, project, "--force", "--quiet").returncode == 0
    assert load(path).google.projects == ("ion-demo",)


def test_json_has_what_was_found_and_done(project: Simulator, tmp_path: Path) -> None:
    """Nothing else is on stdout, and no question is asked."""
    done = init(tmp_path, project, "--json", "--output", "m.yaml", "--redis", "127.0.0.1:1")
    found = json.loads(done.stdout)
    assert (found["written"], done.stderr) == ("m.yaml", "")
    assert unlike_page("init", found) == []
    assert found["found"]["services"][0]["name"] == "ion-mentoring"
    assert found["estimate"]["dollars"] >= 0
    # Nothing listens there: the check fails, and the file is there all the same.
    assert done.returncode == 1
    assert {f["subject"] for f in found["findings"] if f["verdict"] == "fail"} == {"redis cache"}
    assert load(tmp_path / "m.yaml").redis.targets[0].url == "redis://127.0.0.1:1"


def test_a_project_that_cannot_be_read_leaves_nothing(project: Simulator, tmp_path: Path) -> None:
    """The right, and the name, are in the message; there is no file."""
    done = ran(tmp_path, "init", *reached(project, "other-project"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "ionmon: nothing was written: other-project: " in done.stderr
    assert "gcloud projects add-iam-policy-binding other-project" in done.stderr
    assert not list(tmp_path.glob("*.yaml"))


def test_a_disabled_api_leaves_nothing(tmp_path: Path) -> None:
    """The command that enables it is in the message; doctor has the same."""
    with simulator(INSTANCES, faults="disabled") as disabled:
        done = init(tmp_path, disabled)
        assert (done.returncode, list(tmp_path.glob("*.yaml"))) == (1, [])
        found = ran(tmp_path, "doctor", *reached(disabled))
    enable = "gcloud services enable monitoring.googleapis.com --project=ion-demo"
    assert enable in done.stderr
    assert enable in found.stdout
    assert "add-iam-policy-binding" not in found.stdout


def test_an_empty_project_is_said_to_be_so(project: Simulator, tmp_path: Path) -> None:
    """Its file is written, with a hint that it may be the wrong one."""
    done = ran(tmp_path, "init", *reached(project, "ion-empty"))
    assert done.returncode == 0
    assert "Nothing had values within a day. Is it the right project" in done.stdout
    assert load(tmp_path / "monitoring.yaml").service.name == "ion-empty"


def test_without_a_project_or_credentials_the_fix_is_named(tmp_path: Path) -> None:
    """Neither is guessed."""
    missing = tmp_path / "key.json"
    done = ran(tmp_path, "init", "--google.credentials-file", str(missing))
    assert (done.returncode, "no such file" in done.stderr) == (1, True)
    done = ran(tmp_path, "init", "--google.endpoint", "127.0.0.1:1", "--google.insecure")
    assert (done.returncode, "ionmon init --project my-project" in done.stderr) == (3, True)


def test_the_simulated_project_needs_nothing(tmp_path: Path) -> None:
    """It is served by the command itself; its address, which ends with it, is not in the file."""
    assert ran(tmp_path, "init", "--simulated", "--project", "p").returncode == 2
    done = ran(tmp_path, "init", "--simulated")
    assert done.returncode == 0, done.stdout
    assert "ionmon simulate --config monitoring.yaml" in done.stdout
    settings = load(tmp_path / "monitoring.yaml")
    assert (settings.google.endpoint, settings.google.projects) == (None, ("ion-demo",))


@contextmanager
def at_terminal(folder: Path, *arguments: str) -> Iterator[tuple[Popen[bytes], int]]:
    """Run ionmon init at a terminal; yield it and the terminal's other end."""
    master, slave = pty.openpty()
    with Popen(
        (*IONMON, "init", *arguments),
        cwd=folder,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    ) as process:
        os.close(slave)
        try:
            yield process, master
        finally:
            process.kill()
            os.close(master)


def answer(terminal: int, question: bytes, text: bytes) -> bytes:
    """Wait for the end of a question, type an answer, and return what was shown."""
    shown = b""

    def asked() -> bool:
        nonlocal shown
        if select.select([terminal], [], [], 1)[0]:  # else a wrong question would hang the test
            shown += os.read(terminal, 1 << 16)
        return shown.rstrip(b" ").endswith(question.rstrip(b" "))

    servers.wait_until(asked, question.decode())
    os.write(terminal, text)
    return shown


def rest(terminal: int) -> str:
    """Return what a terminal shows until its program ends."""
    shown = b""
    try:
        while more := os.read(terminal, 1 << 16):
            shown += more
    except OSError:  # the other end is closed
        pass
    return shown.decode()


def test_answers_are_taken_from_a_terminal(project: Simulator, tmp_path: Path) -> None:
    """A wrong answer is asked again; what a flag says is not asked."""
    flags = (*reached(project), "--no-client-errors")
    with at_terminal(tmp_path, *flags) as (process, terminal):
        answer(terminal, READ_IT, b"\n")
        answer(terminal, b"[99.95%]: ", b"100%\n")
        shown = answer(terminal, b"[99.95%]: ", b"99.5%\n")
        assert b"must be less than 100%" in shown
        answer(terminal, b"machine, empty for none: ", b"slack\n")
        answer(terminal, b"[#alerts]: ", b"\n")
        answer(terminal, LAST, b"nowhere\n")
        answer(terminal, LAST, b"\n")
        rest(terminal)
        process.wait()
    settings = load(tmp_path / "monitoring.yaml")
    assert settings.objectives.availability == 0.995
    assert settings.alerts.error_classes == ("5xx",)
    assert settings.notifications.slack is not None
    assert str(settings.notifications.slack.webhook_url_file) == "slack"


QUESTIONS = (
    (b"Google Cloud project: ", b"ion-demo\n"),
    (READ_IT, b"\n"),
    (b"[99.95%]: ", b"\n"),
    (b"[Y/n]: ", b"\n"),
    (b"machine, empty for none: ", b"slack\n"),
    (b"[#alerts]: ", b"\n"),
    (LAST, b"\n"),
)
COUNTS = {"five": 5, "six": 6, "seven": 7, "eight": 8}


def test_without_flags_it_asks_as_many_questions_as_its_page_says(
    project: Simulator, tmp_path: Path
) -> None:
    """Each of them is answered here, and the file is written after the last."""
    stated = re.search(r"asks (\w+) questions", documents()["docs/init.md"])
    assert stated is not None
    assert COUNTS[stated[1]] == len(QUESTIONS)
    with at_terminal(tmp_path, *reached(project)[2:]) as (process, terminal):
        for question, text in QUESTIONS:
            answer(terminal, question, text)
        assert "]: " not in rest(terminal)
        process.wait()
    assert load(tmp_path / "monitoring.yaml").google.projects == ("ion-demo",)


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Press Ctrl-C until the process ends, as a person does whose first one came to nothing."""
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)


@pytest.mark.parametrize("questions", [(), (READ_IT, b"[99.95%]: ", b"[Y/n]: ", b"for none: ")])
def test_ctrl_c_at_a_question_leaves_nothing(
    project: Simulator, tmp_path: Path, questions: tuple[bytes, ...]
) -> None:
    """At the first and at the last question: exit code 130, and no file, whole or half."""
    last = LAST if questions else READ_IT
    with at_terminal(tmp_path, *reached(project)) as (process, terminal):
        for question in questions:
            answer(terminal, question, b"\n")
        answer(terminal, last, b"")
        interrupt(process)
        assert "Traceback" not in rest(terminal)
        assert process.wait() == 130
    assert [path.name for path in tmp_path.iterdir() if path.name != "state"] == []
