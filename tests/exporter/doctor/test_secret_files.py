"""The doctor looks at the files that hold secrets and tells nothing of what they hold."""

import os
from pathlib import Path

import pytest

from exporter.doctor.examine import examine
from exporter.doctor.finding import Finding, Verdict
from exporter.doctor.secret_files import secret, secrets
from exporter.doctor.unix_user import UnixUser
from exporter.settings import Settings
from exporter.settings.secrets import SecretFile, SecretReader
from tests.powerless import NOBODY, powerless, readable_directory

CANARY = "canary"

ADA = UnixUser("ada", 4242, "ada", frozenset({4242}))
ROOTS_ALONE = Verdict.OK if os.getuid() else Verdict.WARN  # of a file that its writer owns


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no generated files are."""
    monkeypatch.chdir(tmp_path)


def file(
    path: Path, content: bytes, mode: int = 0o600, reader: SecretReader = SecretReader.IONMON
) -> Finding:
    """Write a file of this mode and return what is found of it; five letters and a y are right."""
    path.write_bytes(content)
    path.chmod(mode)
    return secret(
        SecretFile(
            path=path,
            key="a.b_file",
            reader=reader,
            content="five letters and a y",
            form=r"[a-z]{5}y",
        )
    )


@pytest.mark.parametrize("content", [b"canary", b"canary\n", b"canary\r\n"])
def test_a_sound_file(content: bytes, tmp_path: Path) -> None:
    """A file of the right form, with or without a newline at its end, is well."""
    found = file(tmp_path / "s", content)
    text = f"{tmp_path / 's'} has what ionmon needs"
    assert found == Finding("secret a.b_file", Verdict.OK, text)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"canary\ncanary\n", "has more than one line"),
        (b"canary\n\n", "has more than one line"),
        (b"canary ", "has another form"),
        (b"canary1", "has another form"),
        (b"canar\xff", "is not UTF-8 text"),
    ],
)
def test_a_wrong_content(content: bytes, fault: str, tmp_path: Path) -> None:
    """Each fault fails with the file, the fault and what to write, and without the content."""
    found = file(tmp_path / "s", content)
    assert found.verdict is Verdict.FAIL
    assert found.text == f"{tmp_path / 's'}: {fault}"
    assert found.fix == "write five letters and a y"
    assert CANARY not in repr(found).replace(str(tmp_path), "")


@pytest.mark.parametrize(
    ("mode", "reader", "verdict"),
    [
        (0o600, SecretReader.IONMON, Verdict.OK),
        (0o640, SecretReader.IONMON, Verdict.WARN),
        (0o640, SecretReader.ALERTMANAGER, Verdict.OK),
        (0o600, SecretReader.ALERTMANAGER, ROOTS_ALONE),
        (0o644, SecretReader.ALERTMANAGER, Verdict.WARN),
    ],
)
def test_who_else_can_read_it(
    mode: int, reader: SecretReader, verdict: Verdict, tmp_path: Path
) -> None:
    """Others that can read a secret are warned of; Alertmanager reads through its group."""
    assert file(tmp_path / "s", b"canary", mode, reader).verdict is verdict


def test_a_missing_file(tmp_path: Path) -> None:
    """A file that is not there fails and says what to write and how to guard it."""
    path = tmp_path / "none"
    found = secret(
        SecretFile(path=path, key="a.b_file", reader=SecretReader.IONMON, content="a DSN")
    )
    assert found.verdict is Verdict.FAIL
    assert found.text == f"{path}: cannot be read: No such file or directory"
    assert found.fix == f"write a DSN; chmod 0600 {path}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_file_of_another_user() -> None:
    """A private file of somebody else needs another owner, not the mode that it has."""
    with readable_directory() as folder:
        path = folder / "s"
        path.touch(0o600)
        with powerless():
            found = secret(
                SecretFile(path=path, key="a", reader=SecretReader.IONMON, content="a DSN")
            )
    assert found.fix == f"chown {NOBODY} {path}, or run ionmon as a user who may read it"


def test_a_folder_or_a_pipe_is_no_secret(tmp_path: Path) -> None:
    """What is no file fails at once and is not waited for."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        found = secret(
            SecretFile(path=path, key="a.b_file", reader=SecretReader.IONMON, content="a DSN")
        )
        assert found.verdict is Verdict.FAIL


def test_the_doctor_looks_at_each(tmp_path: Path) -> None:
    """The doctor tells each secret that the settings name; one missing makes it fail."""
    (tmp_path / "dsn").write_text("https://abc@sentry.example.com/1\n")
    (tmp_path / "dsn").chmod(0o600)
    told = {
        "slack": {"webhook_url_file": str(tmp_path / "none"), "channel": "#alerts"},
        "sentry": {"dsn_file": str(tmp_path / "dsn")},
    }
    storage = {"state_file": str(tmp_path / "state.sqlite")}
    settings = Settings.model_validate({"notifications": told, "storage": storage})
    verdicts = {f.subject: f.verdict for f in examine(settings)}
    assert verdicts["secret notifications.slack.webhook_url_file"] is Verdict.FAIL
    assert verdicts["secret notifications.sentry.dsn_file"] is Verdict.OK
    found = [f.subject for f in secrets(settings)]
    assert found == list(verdicts)[-len(found) :]
    # Root reads every file, so that it has to be named who Alertmanager is.
    assert (found[2:] == ["secrets of alertmanager"]) == (os.getuid() == 0)
    assert len([*secrets(settings, ADA)]) == 2


def test_what_only_root_reads_alertmanager_cannot(tmp_path: Path) -> None:
    """Alertmanager runs as a user of its own: a file of root alone is warned of, with the fix."""
    found = file(tmp_path / "s", b"canary", 0o600, SecretReader.ALERTMANAGER)
    fix = f"chmod 0640 {tmp_path / 's'}, and give it Alertmanager's group"
    assert found.verdict is ROOTS_ALONE
    assert found.fix == (fix if found.verdict is Verdict.WARN else "")
    assert ("lets only root read it" in found.text) == (found.verdict is Verdict.WARN)


def test_a_file_is_judged_for_the_user_that_alertmanager_runs_as(tmp_path: Path) -> None:
    """What that user cannot read fails with the fix; ionmon's own file is judged as before."""
    path = tmp_path / "s"
    path.write_bytes(b"canary")
    path.chmod(0o600)
    of_alertmanager, own = (
        SecretFile(path=path, key="a.b_file", reader=reader, content="a DSN")
        for reader in (SecretReader.ALERTMANAGER, SecretReader.IONMON)
    )
    found = secret(of_alertmanager, ADA)
    assert found.verdict is Verdict.FAIL
    assert "ada may not " in found.text  # enter a directory of pytest's, or read the file
    assert found.fix.startswith("chgrp ada ")
    assert secret(own, ADA).verdict is Verdict.OK
