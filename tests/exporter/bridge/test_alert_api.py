"""The API of what fires: what it says, and whom it lets acknowledge."""

import asyncio
import json
import re
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from threading import get_ident
from typing import Any

import pytest

from exporter.bridge.acknowledging import UNSEEN, ChosenIncident
from exporter.bridge.alert_api import AlertApi
from exporter.bridge.alert_site import AlertSite
from exporter.settings import Settings
from exporter.web.routes import Request, Response
from tests.exporter.bridge.fleet import BEGAN, Fleet, Watched, began, held, kept
from tests.exporter.bridge.notified import ROOMY

ALERT = held()
JSON = {"content-type": "application/json; charset=utf-8"}
ORDER = json.dumps({"alerts": [ALERT.fingerprint], "comment": "rolling back"}).encode()


class Asked:
    """What the API answers while the alert fires."""

    def __init__(self, folder: Path, fleet: Fleet | None = None) -> None:
        self.fleet = fleet or Fleet(alerts=[ALERT], first=[began(ALERT, BEGAN)])
        self.fleet.ask()
        self.folder = folder
        self.limits = ROOMY

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes = b"",
        user: str = "ada",
        headers: dict[str, str] | None = None,
    ) -> tuple[Response, int]:
        """Return an answer, and how many acknowledgements there are after it."""
        request = Request(method=method, path=path, headers=headers or JSON, body=body)
        with kept(self.folder, self.fleet) as (keeping, journal):
            journal.limit(self.limits)
            site = AlertSite(self.fleet.firing, keeping, self.fleet.clock, Settings())
            answer = asyncio.run(AlertApi(site).answer(request, user))
            assert answer is not None
            return answer, len(keeping.open())


def content(answer: Response) -> Any:
    """Return the JSON of an answer."""
    assert isinstance(answer.body, bytes)
    return json.loads(answer.body)


def test_what_fires_is_listed(tmp_path: Path) -> None:
    """Each alert with its id, since when, and who acknowledged it; and which servers are away."""
    asked = Asked(tmp_path, Fleet(alerts=[ALERT], first=[began(ALERT, BEGAN)], second=None))
    (answer, _) = asked.ask("/api/alerts", user="")
    found = content(answer)
    (alert,) = found["alerts"]
    assert (alert["id"], alert["since"], alert["value"]) == (ALERT.fingerprint, BEGAN, "4.2%")
    assert alert["acknowledged"] is None
    assert found["faults"] == ["Prometheus b: it is away"]
    assert found["now"] == BEGAN + 600
    assert (found["known"], found["known_at"]) == (False, None)


def test_it_says_from_when_on_all_is_known(tmp_path: Path) -> None:
    """Four minutes after the first answers, when Alertmanagers have all that fires."""
    fleet = Fleet(alerts=[ALERT], first=[began(ALERT, BEGAN)])
    with kept(tmp_path, fleet, UNSEEN) as (keeping, _):
        site = AlertSite(fleet.firing, keeping, fleet.clock, Settings())
        assert site.known_at() is None
        fleet.ask()
        at = site.clock.now() + UNSEEN
        assert (site.is_known(), site.known_at()) == (False, at)
        fleet.clock.time += UNSEEN
        assert (site.is_known(), site.known_at()) == (True, at)


def test_a_storm_is_listed_once_for_all_who_ask(tmp_path: Path) -> None:
    """Its rows are made in another thread than that which answers, and again when they change."""
    threads: list[int] = []
    storm = [replace(ALERT, fingerprint=f"{n:016x}", annotations=Watched(threads)) for n in (1, 2)]
    fleet = Fleet(alerts=storm)
    fleet.ask()
    with kept(tmp_path, fleet) as (keeping, _):
        api = AlertApi(AlertSite(fleet.firing, keeping, fleet.clock, Settings()))

        async def storms() -> None:
            assert await _users(api) == ["", ""]
            assert len(threads) == 2
            keeping.acknowledge((ChosenIncident(f"{1:016x}"),), "ada", "")
            assert await _users(api) == ["ada", ""]
            assert len(threads) == 4
            await asyncio.to_thread(fleet.ask)
            await _users(api)
            fleet.clock.time += 60
            await _users(api)

        asyncio.run(storms())
    assert len(threads) == 6
    assert get_ident() not in threads


async def _users(api: AlertApi) -> list[str]:
    """Return who acknowledged each alert, as five who ask at once see it."""
    request = Request(method="GET", path="/api/alerts", headers=JSON)
    answers = await asyncio.gather(*(api.answer(request, "") for _ in range(5)))
    (body,) = {answer.body for answer in answers if answer}
    assert isinstance(body, bytes)
    return [(each["acknowledged"] or {"user": ""})["user"] for each in json.loads(body)["alerts"]]


def test_what_is_named_is_acknowledged(tmp_path: Path) -> None:
    """Each id has its own result, and who has it now."""
    asked = Asked(tmp_path)
    body = json.dumps({"alerts": [ALERT.fingerprint, "feed"], "comment": "rolling back"}).encode()
    (answer, count) = asked.ask("/api/acknowledge", "POST", body)
    (one, other) = content(answer)["alerts"]
    assert (one["result"], one["acknowledged"]["user"]) == ("acknowledged", "ada")
    assert one["may_escalate"] is False
    assert (other["result"], other["acknowledged"], count) == ("not firing", None, 1)
    (answer, _) = asked.ask("/api/acknowledge", "POST", body, user="bob")
    again = content(answer)["alerts"][0]
    assert (again["result"], again["acknowledged"]["user"]) == ("already acknowledged", "ada")


def test_an_unknown_beginning_is_said(tmp_path: Path) -> None:
    """Nothing can be posted yet, so that the escalation goes on."""
    asked = Asked(tmp_path, Fleet(alerts=[ALERT], first=None, second=None))
    (answer, count) = asked.ask("/api/acknowledge", "POST", ORDER)
    assert (content(answer)["alerts"][0]["may_escalate"], count) == (True, 1)


@pytest.mark.parametrize(
    ("user", "headers"),
    [
        ("", JSON),
        ("ada", {}),
        ("ada", {"content-type": "text/plain"}),
        ("ada", {"content-type": "application/x-www-form-urlencoded"}),
        ("ada", {**JSON, "sec-fetch-site": "cross-site"}),
        ("ada", {**JSON, "origin": "https://evil.example.com", "host": "bridge:9842"}),
    ],
)
def test_others_are_refused(tmp_path: Path, user: str, headers: dict[str, str]) -> None:
    """Who is not known, and a page of another site, which can send a form but no JSON."""
    none = {"content-type": ""}
    asked = Asked(tmp_path)
    (answer, count) = asked.ask("/api/acknowledge", "POST", ORDER, user, headers or none)
    assert (answer.status, count) == (HTTPStatus.FORBIDDEN, 0)
    asked.ask("/api/acknowledge", "POST", ORDER)
    (answer, count) = asked.ask("/api/withdraw", "POST", ORDER, user, headers or none)
    assert (answer.status, count) == (HTTPStatus.FORBIDDEN, 1)


def test_what_is_named_is_withdrawn(tmp_path: Path) -> None:
    """Each id has its own result, and who had it."""
    asked = Asked(tmp_path)
    asked.ask("/api/acknowledge", "POST", ORDER)
    body = json.dumps({"alerts": [ALERT.fingerprint, "feed"]}).encode()
    (answer, count) = asked.ask("/api/withdraw", "POST", body, user="bob")
    (one, other) = content(answer)["alerts"]
    assert (one["result"], one["acknowledged"]["user"], one["pagerduty"]) == (
        "withdrawn",
        "ada",
        False,
    )
    assert (other["result"], count) == ("not firing", 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 60_000,
        b'{"alerts": []}',
        b'{"alerts": "feed"}',
        b'{"alerts": [1]}',
        b'{"alerts": ["' + b"f" * 100 + b'"]}',
        b'{"alerts": ["feed"], "comment": 1}',
        json.dumps({"alerts": ["feed"] * 1001}).encode(),
    ],
)
def test_another_body_is_refused_with_the_right_one(tmp_path: Path, body: bytes) -> None:
    """The text has the form, whatever was sent."""
    (answer, count) = Asked(tmp_path).ask("/api/acknowledge", "POST", body)
    assert (answer.status, count) == (HTTPStatus.BAD_REQUEST, 0)
    assert b'send {"alerts": ["ID", ...]' in bytes(answer.body)


def test_a_journal_that_is_full_is_said(tmp_path: Path) -> None:
    """What is not journaled is not acknowledged."""
    large = held(service_name="x" * 100_000)
    asked = Asked(tmp_path, Fleet(alerts=[large], first=[began(large, BEGAN)]))
    asked.limits = replace(ROOMY, max_alerts=1)
    body = json.dumps({"alerts": [large.fingerprint]}).encode()
    (answer, count) = asked.ask("/api/acknowledge", "POST", body)
    assert (answer.status, count) == (HTTPStatus.SERVICE_UNAVAILABLE, 0)
    assert re.match(rb"nothing was changed: .*free space on its disk", bytes(answer.body))


def test_methods(tmp_path: Path) -> None:
    """What is read is read, and what changes something is posted."""
    asked = Asked(tmp_path)
    assert asked.ask("/api/alerts", "POST")[0].status is HTTPStatus.METHOD_NOT_ALLOWED
    assert asked.ask("/api/acknowledge")[0].status is HTTPStatus.METHOD_NOT_ALLOWED
