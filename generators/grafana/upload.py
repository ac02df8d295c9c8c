"""Uploads dashboards by the HTTP API; a dashboard that is the same is left alone.

A second upload changes nothing. After an error, the results before it are done; upload again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from generators.grafana.api import Api, GrafanaReply, Token
from generators.grafana.errors import (
    ChangedElsewhere,
    ContentRefused,
    PermissionMissing,
    UploadError,
    WrongAddress,
)
from generators.grafana.model import FOLDER, Dashboard, dashboards

_GRAFANAS_OWN = ("id", "version")  # Grafana sets these itself
_NEEDED = (
    "give its service account the role Editor, or folders:read, folders:create, dashboards:read, "
    "dashboards:create and dashboards:write"
)


class UploadAction(StrEnum):
    """What an upload does to a folder or a dashboard."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class UploadResult:
    """A folder or a dashboard, what was or would be done to it, and its address."""

    about: str
    action: UploadAction
    url: str


def upload(
    address: str,
    token: Token,
    boards: Mapping[str, str],
    *,
    apply: bool = True,
) -> Iterator[UploadResult]:
    """Yield what is done, the folder first, then each dashboard.

    address  of Grafana, as links.grafana has it
    boards   JSON texts by path; all are read before anything is sent
    apply    whether to write; without it, only what would be done is yielded

    Raises IonmonError for a text that is no dashboard, UploadError for what Grafana refuses.
    """
    listed = dashboards(boards)
    api = Api(address, token)
    yield _folder(api, apply=apply)
    for board in listed:
        yield _uploaded(api, board, apply=apply)


def _folder(api: Api, *, apply: bool) -> UploadResult:
    about, url = f"folder {FOLDER.uid}", f"{api.address}/dashboards/f/{FOLDER.uid}"
    found = api.get(f"/api/folders/{FOLDER.uid}", about)
    if found.status != HTTPStatus.NOT_FOUND:
        _need(found, about, "uid")
        return UploadResult(about, UploadAction.UNCHANGED, url)
    if apply:
        made = api.post("/api/folders", {"uid": FOLDER.uid, "title": FOLDER.title}, about)
        _need(made, about, "uid")
    return UploadResult(about, UploadAction.CREATED, url)


def _uploaded(api: Api, board: Dashboard, *, apply: bool) -> UploadResult:
    url = f"{api.address}/d/{board.uid}"
    found = api.get(f"/api/dashboards/uid/{board.uid}", board.path)
    new = found.status == HTTPStatus.NOT_FOUND
    if not new:
        _need(found, board.path, "dashboard")
        if _same(found.body, board):
            return UploadResult(board.path, UploadAction.UNCHANGED, url)
    if apply:
        saved = api.post("/api/dashboards/db", _request(board), board.path)
        _need(saved, board.path, "uid")
    return UploadResult(board.path, UploadAction.CREATED if new else UploadAction.UPDATED, url)


def _same(there: dict[str, Any], board: Dashboard) -> bool:
    """Return whether Grafana has this dashboard unchanged, and in the folder."""
    meta = there.get("meta")
    placed = isinstance(meta, dict) and meta.get("folderUid") == FOLDER.uid
    return placed and _content(there["dashboard"]) == _content(json.loads(board.text))


def _content(body: Any) -> Any:  # noqa: ANN401 - what another program answers
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name not in _GRAFANAS_OWN}


def _request(board: Dashboard) -> dict[str, Any]:
    digest = hashlib.sha256(board.text.encode()).hexdigest()
    return {
        # The uid names it. An id is one server's own: elsewhere it would be another dashboard's.
        "dashboard": {**_content(json.loads(board.text)), "id": None},
        "folderUid": FOLDER.uid,
        "message": f"ionmon, sha256 {digest[:12]}",
        "overwrite": True,
    }


def _need(answer: GrafanaReply, about: str, field: str) -> None:
    """Raise UploadError for a status other than 200, or an answer without the API's `field`."""
    if answer.status != HTTPStatus.OK:
        raise _error(answer, about)
    if field not in answer.body:
        raise WrongAddress(about, answer.status, "the answer is not that of Grafana's API")


def _error(answer: GrafanaReply, about: str) -> UploadError:
    kind, fix = _FIXES.get(answer.status, _OTHER)
    if answer.status == HTTPStatus.PRECONDITION_FAILED:
        fix = _CONFLICTS.get(str(answer.body.get("status")), fix)
    if "provisioned" in answer.message:
        fix = "Grafana reads it from a file: change that file, or remove its provider"
    message = f": {answer.message}" if answer.message else ""
    return kind(about, answer.status, f"{fix}{message}")


_OTHER = (ContentRefused, "Grafana refuses it")
_FIXES: dict[int, tuple[type[UploadError], str]] = {
    403: (PermissionMissing, f"the token may not do this; {_NEEDED}"),
    404: (WrongAddress, "there is no such API; use the address at which people open Grafana"),
    409: (ChangedElsewhere, "another one has its name; rename or delete that one"),
    412: (ChangedElsewhere, "it conflicts with something in Grafana; check there"),
    413: (ContentRefused, "a proxy before Grafana refuses a body this large; raise its limit"),
    422: (ContentRefused, "Grafana cannot read it; check that Grafana is 10.4 or newer"),
}
_CONFLICTS = {
    "version-mismatch": "somebody else changed it just now; check it in Grafana, then upload again",
    "name-exists": "another dashboard of the folder has its title; rename or delete that one",
    "plugin-dashboard": "a plugin owns a dashboard of this uid; remove the plugin",
}
