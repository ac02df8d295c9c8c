"""A folder and its dashboards, as Grafana is to have them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from exporter.errors import IonmonError

_NAME = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")  # valid in Kubernetes and Terraform
_UID = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")  # Grafana's limit is 40 characters


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of dashboards."""

    uid: str
    title: str


FOLDER = Folder("ion", "ion")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """A dashboard's JSON with its names; `name` is that of its file: overview."""

    path: str
    name: str
    uid: str
    title: str
    text: str


def dashboards(texts: Mapping[str, str]) -> tuple[Dashboard, ...]:
    """Return the dashboards of JSON texts by path, in the order of paths.

    Raises IonmonError that names the path of a file that is no dashboard, or repeats another.
    """
    found: list[Dashboard] = []
    for path, text in sorted(texts.items()):
        one = _dashboard(path, text)
        for other in found:
            if one.uid == other.uid or one.name == other.name:
                raise IonmonError(f"{path}: has the name or uid of {other.path}; give it its own")
        found.append(one)
    return tuple(found)


def _dashboard(path: str, text: str) -> Dashboard:
    body = _parsed(path, text)
    name, uid, title = PurePosixPath(path).stem, body.get("uid"), body.get("title")
    if _NAME.fullmatch(name) is None:
        raise IonmonError(f"{path}: name it by lower-case letters, digits and '-': overview.json")
    if not isinstance(uid, str) or _UID.fullmatch(uid) is None:
        raise IonmonError(f"{path}: uid: write 1 to 40 lower-case letters, digits and '-'")
    if not isinstance(title, str) or not title.strip():
        raise IonmonError(f"{path}: title: is missing or empty; write one")
    return Dashboard(path=path, name=name, uid=uid, title=title, text=text)


def _parsed(path: str, text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError as error:
        raise IonmonError(f"{path}: is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise IonmonError(f"{path}: is no dashboard; write the bare object that Grafana exports")
    if "dashboard" in body:
        raise IonmonError(f"{path}: wraps a dashboard; write what is inside 'dashboard' alone")
    return body
