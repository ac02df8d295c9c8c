"""ionmon upload shows what would change in Grafana, and changes it only with --apply."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import cli
from tests.docs.json_keys import unlike_page
from tests.generators.grafana.samples import board
from tests.generators.grafana.standin import TOKEN, Grafana, grafana


@pytest.fixture
def server() -> Iterator[Grafana]:
    """A Grafana with nothing in it."""
    with grafana() as running:
        yield running


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Two dashboards, a file that is none, and a token."""
    for name in ("overview", "cache"):
        (tmp_path / f"{name}.json").write_text(board(name))
    (tmp_path / "main.tf").write_text("# no dashboard")
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    (tmp_path / "token").chmod(0o600)
    return tmp_path


def upload(server: Grafana, files: Path, *words: str) -> int:
    """Run ionmon upload."""
    where = ("--grafana", server.address, "--dashboards", str(files))
    return cli.run(["upload", *where, "--token-file", str(files / "token"), *words])


def listed(shown: str) -> list[list[str]]:
    """Return the rows of the table as what was done and to what."""
    return [line.split("  ")[:1] + line.split()[-2:-1] for line in shown.splitlines()[1:]]


def test_without_apply_nothing_is_written(
    server: Grafana, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder and both dashboards would be created; Grafana was only read."""
    assert upload(server, files) == 0
    shown = capsys.readouterr()
    assert listed(shown.out) == [
        ["would create", "ion"],
        ["would create", str(files / "cache.json")],
        ["would create", str(files / "overview.json")],
    ]
    assert shown.err == "3 would create; nothing was written, use --apply to do it\n"
    assert server.writes == []


def test_apply_writes_and_a_second_time_finds_nothing_to_change(
    server: Grafana, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was uploaded is in Grafana, with its address; the next run leaves it alone."""
    assert upload(server, files, "--apply") == 0
    shown = capsys.readouterr()
    assert [what for what, _ in listed(shown.out)] == ["created"] * 3
    assert f"{server.address}/d/ion-overview" in shown.out
    assert sorted(server.boards) == ["ion-cache", "ion-overview"]
    server.asked.clear()
    assert upload(server, files, "--apply", "--json") == 0
    shown = capsys.readouterr()
    body = json.loads(shown.out)
    assert unlike_page("upload", body) == []
    assert {one["action"] for one in body["results"]} == {"unchanged"}
    assert shown.err == "nothing to change\n"
    assert upload(server, files, "--quiet") == 0
    assert capsys.readouterr().err == ""
    assert server.writes == []


def test_an_edited_dashboard_would_be_updated(
    server: Grafana, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the file that changed is named as a change."""
    upload(server, files, "--apply")
    (files / "cache.json").write_text(board("cache", refresh="5m"))
    capsys.readouterr()
    assert upload(server, files) == 0
    assert [what for what, _ in listed(capsys.readouterr().out)] == [
        "unchanged",
        "would update",
        "unchanged",
    ]


def test_the_settings_say_where_grafana_is(server: Grafana, files: Path) -> None:
    """Without --grafana the address is links.grafana."""
    path = files / "monitoring.yaml"
    path.write_text(f"links: {{grafana: '{server.address}'}}\n")
    words = ("--config", str(path), "--dashboards", str(files))
    assert cli.run(["upload", *words, "--token-file", str(files / "token"), "--apply"]) == 0
    assert server.folders == {"ion": "ion"}


def test_what_was_done_before_an_error_is_listed(
    server: Grafana, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refused dashboard ends with 1 and is named; the one before it is in the table."""
    server.fault = lambda _, path: (500, {}) if path.endswith("ion-overview") else None
    assert upload(server, files, "--apply") == 1
    shown = capsys.readouterr()
    assert [what for what, _ in listed(shown.out)] == ["created"] * 2
    assert f"ionmon: {files / 'overview.json'}: Grafana is not available" in shown.err


def test_a_wrong_token_is_not_shown(
    server: Grafana, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Grafana's refusal says how to make a token, and nothing of the one that was sent."""
    (files / "token").write_text("glsa_kanarie")
    assert upload(server, files) == 1
    shown = capsys.readouterr()
    assert "Service accounts, Add token" in shown.err
    assert "kanarie" not in shown.out + shown.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), 2, "--token-file"),
        (("--token-file", "{}/none"), 3, "none: cannot be read: No such file or directory"),
        (("--token-file", "{}/token", "--dashboards", "{}/empty"), 1, "empty: has no dashboards"),
        (("--token-file", "{}/token", "--grafana", "localhost:3000"), 1, "write it like https://"),
    ],
)
def test_wrong_use(
    files: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, says: str
) -> None:
    """What is missing or wrong is named; nothing is asked of any server."""
    (files / "empty").mkdir()
    given = [word.replace("{}", str(files)) for word in words]
    assert cli.run(["upload", "--dashboards", str(files), *given]) == code
    assert says in capsys.readouterr().err
