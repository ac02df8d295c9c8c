"""Uploading by the HTTP API, against a server that answers as Grafana's documents say."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter.errors import IonmonError
from exporter.secrets_file import Secret, read_secret
from generators.grafana import errors
from generators.grafana.upload import UploadAction, UploadResult, upload
from tests.generators.grafana.samples import BOARDS, HOSTILE, board
from tests.generators.grafana.standin import GONE, HTML, TOKEN, Grafana, grafana
from tests.servers import free_port

PATH = "grafana/out/overview.json"
CREATED, UPDATED, UNCHANGED = UploadAction.CREATED, UploadAction.UPDATED, UploadAction.UNCHANGED


@pytest.fixture
def server() -> Iterator[Grafana]:
    """A Grafana with nothing in it."""
    with grafana() as running:
        yield running


def sent(server: Grafana, boards: dict[str, str] = BOARDS, **options: Any) -> list[UploadResult]:
    """Upload with the right token."""
    return list(upload(server.address, Secret(TOKEN), boards, **options))


def actions(outcomes: list[UploadResult]) -> list[UploadAction]:
    """Return what was done, in order."""
    return [outcome.action for outcome in outcomes]


def test_the_first_upload_creates_the_folder_and_each_dashboard(server: Grafana) -> None:
    """Folder first, dashboards in the order of their paths, each with the address it is at now."""
    outcomes = sent(server)
    assert [(o.about, o.action) for o in outcomes] == [
        ("folder ion", CREATED),
        ("grafana/out/cache.json", CREATED),
        ("grafana/out/overview.json", CREATED),
    ]
    assert outcomes[2].url == f"{server.address}/d/ion-overview"
    assert server.folders == {"ion": "ion"}
    assert {uid: b["meta"]["folderUid"] for uid, b in server.boards.items()} == {
        "ion-cache": "ion",
        "ion-overview": "ion",
    }


def test_what_is_sent_is_what_the_documents_ask_for(server: Grafana) -> None:
    """The whole dashboard without Grafana's own numbers, its folder, a message, and overwrite."""
    sent(server, {PATH: board("overview", id=5, version=9)})
    folder, body = server.sent
    assert folder == {"uid": "ion", "title": "ion"}
    assert set(body) == {"dashboard", "folderUid", "message", "overwrite"}
    assert body["dashboard"]["id"] is None
    assert "version" not in body["dashboard"]
    assert body["overwrite"] is True
    assert body["message"].startswith("ionmon, sha256 ")


def test_without_apply_nothing_is_sent(server: Grafana) -> None:
    """What would be done is returned for folder and dashboards, and Grafana does not change."""
    assert actions(sent(server, apply=False)) == [CREATED] * 3
    sent(server)
    server.asked.clear()
    more = {**BOARDS, PATH: board("overview", refresh="5m")}
    assert actions(sent(server, more, apply=False)) == [UNCHANGED, UNCHANGED, UPDATED]
    assert server.writes == []
    assert server.boards["ion-overview"]["dashboard"]["version"] == 1


def test_a_second_upload_sends_nothing(server: Grafana) -> None:
    """What is there already, whatever its id and version, is left alone."""
    sent(server)
    server.asked.clear()
    assert actions(sent(server)) == [UNCHANGED] * 3
    assert server.writes == []


def test_only_what_changed_is_sent(server: Grafana) -> None:
    """One changed dashboard is one write, and its version goes up by one."""
    sent(server)
    server.asked.clear()
    outcomes = sent(server, {**BOARDS, PATH: board("overview", refresh="5m")})
    assert actions(outcomes) == [UNCHANGED, UNCHANGED, UPDATED]
    assert server.writes == ["/api/dashboards/db"]
    assert server.boards["ion-overview"]["dashboard"]["version"] == 2


def test_an_edit_in_grafana_is_undone(server: Grafana) -> None:
    """What somebody saved by hand is replaced by what is generated."""
    sent(server)
    server.boards["ion-overview"]["dashboard"] |= {"title": "mine", "version": 12}
    assert actions(sent(server))[-1] is UPDATED
    assert server.boards["ion-overview"]["dashboard"]["title"] == "ION overview"
    assert server.boards["ion-overview"]["dashboard"]["version"] == 13


def test_a_dashboard_that_was_moved_is_moved_back(server: Grafana) -> None:
    """The same dashboard in another folder is not yet as it is to be."""
    sent(server)
    server.boards["ion-overview"]["meta"]["folderUid"] = "elsewhere"
    assert actions(sent(server)) == [UNCHANGED, UNCHANGED, UPDATED]
    assert server.boards["ion-overview"]["meta"]["folderUid"] == "ion"


def test_a_dashboard_that_is_no_object_is_replaced(server: Grafana) -> None:
    """What cannot be compared is not the same."""
    sent(server)
    body = {"dashboard": None, "meta": {"folderUid": "ion"}}
    server.fault = lambda _, path: (200, body) if path.endswith("/uid/ion-overview") else None
    assert actions(sent(server)) == [UNCHANGED, UNCHANGED, UPDATED]


def test_a_folder_that_is_there_keeps_its_title(server: Grafana) -> None:
    """Only a missing folder is created."""
    server.folders["ion"] = "The team's own title"
    assert actions(sent(server))[0] is UNCHANGED
    assert server.folders == {"ion": "The team's own title"}


def test_a_hostile_title_arrives_as_it_is(server: Grafana) -> None:
    """Quotes, braces, line ends and other scripts are data."""
    sent(server, {PATH: board("overview", title=HOSTILE)})
    assert server.boards["ion-overview"]["dashboard"]["title"] == HOSTILE
    assert actions(sent(server, {PATH: board("overview", title=HOSTILE)})) == [UNCHANGED] * 2


def test_nothing_is_sent_where_one_is_no_dashboard(server: Grafana) -> None:
    """All are read before the first request."""
    with pytest.raises(IonmonError, match=r"^grafana/out/zero\.json: is no JSON"):
        sent(server, {**BOARDS, "grafana/out/zero.json": "{"})
    assert server.asked == []


FAULTS = [
    (401, {"message": "Invalid API key"}, errors.TokenRefused, "Service accounts"),
    (403, {"message": "Permissions needed: dashboards:write"}, errors.PermissionMissing, "Editor"),
    (404, {"message": "Not found"}, errors.WrongAddress, "use the address"),
    (404, HTML, errors.WrongAddress, "is not the address of Grafana's API"),
    (200, HTML, errors.WrongAddress, "is not the address of Grafana's API"),
    (200, {"ok": True}, errors.WrongAddress, "not that of Grafana's API"),
    (200, [1], errors.WrongAddress, "is not the address of Grafana's API"),
    (200, "[" * 99999, errors.WrongAddress, "is not the address of Grafana's API"),
    (
        302,
        "https://login.example.com/",
        errors.WrongAddress,
        "redirects to https://login.example.com/",
    ),
    (412, {"status": "version-mismatch"}, errors.ChangedElsewhere, "somebody else changed it"),
    (412, {"status": "name-exists"}, errors.ChangedElsewhere, "has its title"),
    (412, {"status": "plugin-dashboard"}, errors.ChangedElsewhere, "plugin"),
    (412, {}, errors.ChangedElsewhere, "conflicts"),
    (422, {"message": "bad json"}, errors.ContentRefused, "10.4 or newer: bad json"),
    (413, HTML, errors.ContentRefused, "raise its limit"),
    (
        400,
        {"message": "Cannot save provisioned dashboard"},
        errors.ContentRefused,
        "remove its provider",
    ),
    (400, {"message": "x\n\x1b[31my" + "z" * 999}, errors.ContentRefused, r"x \[31myz{291,296} "),
    (429, {"message": "slow down"}, errors.GrafanaUnavailable, "try again later: slow down"),
    (502, HTML, errors.GrafanaUnavailable, r"try again later \(HTTP 502\)"),
]


@pytest.mark.parametrize(("status", "body", "kind", "says"), FAULTS)
def test_an_error_names_the_dashboard_the_status_and_the_fix(
    server: Grafana, status: int, body: Any, kind: type[errors.UploadError], says: str
) -> None:
    """A status that Grafana or what is before it gives for one write, said on one line."""
    server.folders["ion"] = "ion"
    server.fault = lambda method, _: (status, body) if method == "POST" else None
    with pytest.raises(errors.UploadError, match=says) as raised:
        sent(server, {PATH: BOARDS[PATH]})
    assert type(raised.value) is kind
    assert (raised.value.about, raised.value.status) == (PATH, status)
    assert str(raised.value).startswith(f"{PATH}: ")
    assert str(raised.value).isprintable()
    assert server.writes == ["/api/dashboards/db"]


def test_what_was_reported_before_an_error_is_done(server: Grafana) -> None:
    """An error at the second dashboard leaves the first there, and the next upload goes on."""
    server.fault = lambda _, path: (500, {}) if path.endswith("ion-overview") else None
    outcomes: list[UploadResult] = []
    with pytest.raises(errors.GrafanaUnavailable, match=r"overview\.json: .*later \(HTTP 500\)"):
        outcomes.extend(upload(server.address, Secret(TOKEN), BOARDS))
    server.fault = lambda *_: None
    assert actions(sent(server)) == [UNCHANGED, UNCHANGED, CREATED]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(409, errors.ChangedElsewhere), (403, errors.PermissionMissing), (404, errors.WrongAddress)],
)
def test_a_folder_that_cannot_be_made_is_named(
    server: Grafana, status: int, kind: type[errors.UploadError]
) -> None:
    """Nothing is uploaded without its folder."""
    server.fault = lambda method, _: (status, {}) if method == "POST" else None
    with pytest.raises(kind, match=r"^folder ion: ") as raised:
        sent(server)
    assert raised.value.status == status
    assert server.writes == ["/api/folders"]


def test_reading_may_be_forbidden_too(server: Grafana) -> None:
    """A dashboard that the token may not see is not taken for a missing one."""
    server.fault = lambda _, path: (403, {}) if "dashboards/uid" in path else None
    with pytest.raises(errors.PermissionMissing, match="cache"):
        sent(server)
    assert server.writes == ["/api/folders"]


def test_another_token_is_refused(server: Grafana) -> None:
    """The first request says so, and nothing else is asked."""
    with pytest.raises(errors.TokenRefused, match=r"HTTP 401") as raised:
        list(upload(server.address, Secret("glsa_other"), BOARDS))
    assert "glsa_other" not in repr(raised.value)
    assert len(server.asked) == 1


def test_the_token_comes_from_a_file(server: Grafana, tmp_path: Path) -> None:
    """What read_secret returns is taken as it is."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o600)
    assert actions(list(upload(server.address, read_secret(file), BOARDS))) == [CREATED] * 3


@pytest.mark.parametrize("text", ["two words", "a\nX-Evil: 1", "tökén", "<html>"])
def test_what_is_no_token_is_not_sent_and_not_shown(server: Grafana, text: str) -> None:
    """A wrong file is refused before a request, and its content is in no message."""
    with pytest.raises(errors.TokenRefused, match="contains no token") as raised:
        list(upload(server.address, Secret(text), BOARDS))
    assert text not in str(raised.value)
    assert raised.value.__cause__ is None
    assert server.asked == []


def test_a_redirect_is_not_followed(server: Grafana) -> None:
    """The token is not carried to where an answer leads."""
    with grafana() as other:
        server.fault = lambda _, path: (307, f"{other.address}{path}")
        with pytest.raises(errors.WrongAddress, match=f"redirects to {other.address}"):
            sent(server)
        assert other.asked == []


def test_a_grafana_below_a_path_is_called_there(server: Grafana) -> None:
    """The address may end in a folder, with or without the slash."""
    server.fault = lambda _, path: None if path.startswith("/api/") else GONE
    with pytest.raises(errors.WrongAddress, match="use the address"):
        list(upload(f"{server.address}/grafana/", Secret(TOKEN), BOARDS))
    assert [path for _, path in server.asked] == [
        "/grafana/api/folders/ion",
        "/grafana/api/folders",
    ]


def test_where_nothing_listens_is_said() -> None:
    """The address and the cause are in the message; there is no status."""
    address = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(
        errors.GrafanaUnavailable, match=f"{address} cannot be reached: Conn"
    ) as raised:
        list(upload(address, Secret(TOKEN), BOARDS))
    assert raised.value.status == 0


def test_only_the_web_is_asked(tmp_path: Path) -> None:
    """A file's address opens no file."""
    with pytest.raises(errors.WrongAddress, match="write it like https://"):
        list(upload(f"file://{tmp_path}", Secret(TOKEN), BOARDS))


def test_a_title_that_is_taken_is_a_conflict(server: Grafana) -> None:
    """Another dashboard of the folder with the same title is not replaced."""
    taken = {"uid": "other", "title": "ION overview", "version": 1}
    server.boards["other"] = {"dashboard": taken, "meta": {"folderUid": "ion"}}
    with pytest.raises(errors.ChangedElsewhere, match=r"rename or delete.*same name"):
        sent(server)
    assert json.dumps(server.boards["other"]["dashboard"]) == json.dumps(taken)
