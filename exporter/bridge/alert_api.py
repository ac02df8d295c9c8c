"""The bridge's API for `ionmon alerts` and `ionmon ack`: what fires, and who works on it.

    GET  /api/alerts        -> {"alerts": [...], "faults": [...], "known": true, "now": 0.0,
                              "as_of": 0.0, "known_at": 0.0}
    POST /api/acknowledge {"alerts": ["ID", ...], "comment": "..."} -> {"alerts": [...]}
    POST /api/withdraw    {"alerts": ["ID", ...]}                   -> {"alerts": [...]}

Times are Unix seconds. The ids are those of the first answer. More may fire where `known`
is false; that is over at `known_at`, which is null while a server does not answer. The oldest
answer of a server is that of `as_of`, which is null where none answers.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from exporter.bridge.acknowledgements import LONGEST_COMMENT, Acknowledgement
from exporter.bridge.acknowledging import AcknowledgeOutcome, Answer, ChosenIncident
from exporter.bridge.alert_rows import Reading, shown
from exporter.bridge.alert_site import UNKNOWN_USER, AlertSite
from exporter.bridge.firing import FiringNow
from exporter.errors import StateError
from exporter.web.routes import READ, Request, Response, not_allowed, plain

LIST, ACKNOWLEDGE, WITHDRAW = "/api/alerts", "/api/acknowledge", "/api/withdraw"
MOST_CHOICES = 1_000
JSON = "application/json; charset=utf-8"
_LONGEST_BODY = 64 * 1024  # bytes
_LONGEST_ID = 32
_FORM = f'send {{"alerts": ["ID", ...], "comment": "..."}} with 1 to {MOST_CHOICES} ids'


@dataclass(frozen=True, slots=True)
class _AcknowledgeOrder:
    """What a request asks to acknowledge."""

    choices: tuple[ChosenIncident, ...]
    comment: str


@dataclass(frozen=True, slots=True)
class _Listed:
    """The JSON of all rows, and everything that it depends on."""

    firing: FiringNow
    open: tuple[Acknowledgement, ...]
    reading: Reading
    text: str


class AlertApi:
    """Answers the paths of the API; only the web server's thread calls it."""

    def __init__(self, site: AlertSite) -> None:
        self._site = site
        self._known: _Listed | None = None
        # A storm has many rows: one request at a time makes them, and the others share them.
        self._mutex = asyncio.Lock()

    def body_limit(self, request: Request) -> int:
        """Return the bytes of a body that it takes, 0 for none."""
        changes = request.path in (ACKNOWLEDGE, WITHDRAW)
        return _LONGEST_BODY if changes and request.method == "POST" else 0

    async def answer(self, request: Request, user: str) -> Response | None:
        """Return the response, None for a path of another part."""
        if request.path == LIST:
            return await self._list(request)
        if request.path in (ACKNOWLEDGE, WITHDRAW):
            return await self._change(request, self._site.user(request, user))
        return None

    async def _list(self, request: Request) -> Response:
        if request.method not in READ:
            return not_allowed("GET, HEAD")
        async with self._mutex:
            alerts = await asyncio.to_thread(self._listed)
        site = self._site
        about = {"faults": site.faults(), "known": site.is_known(), "now": site.clock.now()}
        more = json.dumps({**about, "as_of": site.as_of(), "known_at": site.known_at()})
        return _answer(f'{{"alerts": {alerts}, {more[1:]}')

    def _listed(self) -> str:
        """Return the JSON of all rows, made anew where what they depend on has changed."""
        site, known = self._site, self._known
        firing, open_, reading = site.firing.now(), site.acknowledging.open(), site.reading()
        if (
            known is None
            or known.firing is not firing
            or (known.open, known.reading) != (open_, reading)
        ):
            text = json.dumps([asdict(each) for each in site.rows()])
            self._known = known = _Listed(firing, open_, reading, text)
        return known.text

    async def _change(self, request: Request, user: str) -> Response:
        if request.method != "POST":
            return not_allowed("POST")
        if not user:
            return plain(HTTPStatus.FORBIDDEN, UNKNOWN_USER)
        # A page of another site can send a form with a user's password, and no JSON.
        kind = request.header("content-type").partition(";")[0].strip().lower()
        if kind != "application/json" or not self._site.is_ours(request):
            text = "send application/json; a page of another site may not acknowledge"
            return plain(HTTPStatus.FORBIDDEN, text)
        order = _order(request.body)
        if order is None:
            return plain(HTTPStatus.BAD_REQUEST, _FORM)
        take = partial(self._take, request.path, order, user)
        try:
            outcomes = await asyncio.to_thread(take)
        except StateError as error:
            return plain(HTTPStatus.SERVICE_UNAVAILABLE, f"nothing was changed: {error}")
        return _json({"alerts": [self._answered(each) for each in outcomes]})

    def _take(
        self, path: str, order: _AcknowledgeOrder, user: str
    ) -> tuple[AcknowledgeOutcome, ...]:
        if path == WITHDRAW:
            return self._site.acknowledging.withdraw(order.choices, user)
        return self._site.acknowledging.acknowledge(order.choices, user, order.comment)

    def _answered(self, outcome: AcknowledgeOutcome) -> Mapping[str, Any]:
        given = outcome.acknowledgement if outcome.answer is Answer.WITHDRAWN else None
        stays = given is not None and self._site.stays_in_pagerduty(given)
        return {**_outcome(outcome), "pagerduty": stays}


def _order(body: bytes) -> _AcknowledgeOrder | None:
    try:
        found = json.loads(body)
        ids, comment = found["alerts"], found.get("comment", "")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_CHOICES:
        return None
    if not all(isinstance(each, str) and len(each) <= _LONGEST_ID for each in ids):
        return None
    if not isinstance(comment, str):
        return None
    return _AcknowledgeOrder(tuple(map(ChosenIncident, ids)), shown(comment, LONGEST_COMMENT))


def _outcome(outcome: AcknowledgeOutcome) -> Mapping[str, Any]:
    """Return what became of an id, and by whom its incident is acknowledged, or was until now."""
    given, incident = outcome.acknowledgement, outcome.incident
    return {
        "id": outcome.choice.fingerprint,
        "alert": shown(incident.alert.name) if incident else "",
        "result": outcome.answer.value,
        "acknowledged": given and {"user": given.user, "at": given.at, "comment": given.comment},
        # Without a beginning there is nothing to post yet.
        "may_escalate": bool(incident and incident.is_critical and given and not given.since),
    }


def _json(content: Mapping[str, Any]) -> Response:
    return _answer(json.dumps(content))


def _answer(text: str) -> Response:
    return Response(HTTPStatus.OK, f"{text}\n".encode(), JSON, (("Cache-Control", "no-store"),))
