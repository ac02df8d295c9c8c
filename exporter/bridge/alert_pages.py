"""The bridge's pages: everything that fires, and one incident with a button.

The button acknowledges the incident, or takes its acknowledgement back.

Opening a page changes nothing, whoever opens it: scanners of mail open links. Only the button of
its form does, and only for a user who is known.
"""

import asyncio
import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from exporter.bridge import incident_page
from exporter.bridge.acknowledgements import LONGEST_COMMENT, Acknowledgement
from exporter.bridge.acknowledging import AcknowledgeOutcome, Answer, ChosenIncident
from exporter.bridge.alert_rows import row, shown
from exporter.bridge.alert_site import UNKNOWN_USER, AlertSite
from exporter.bridge.callers import FormTokens
from exporter.bridge.explain import Explanation
from exporter.bridge.explaining import Explain, unexplained
from exporter.bridge.incident_page import Form, Surroundings, TakenBack
from exporter.bridge.incidents import FiringIncident
from exporter.errors import StateError
from exporter.web.routes import HTML, READ, Request, Response, html_page, not_allowed, plain

_PATH = re.compile(r"/incident/([0-9a-f]{1,32})(/acknowledge|/withdraw)?")
_WITHDRAW = "/withdraw"
_LONGEST_BODY = 16 * 1024  # bytes
_MOST_FIELDS = 10
_NO_STORE = (("Cache-Control", "no-store"),)
_STRANGE_FORM = (
    "this form is older than a day, or another site's; open the incident's page again, and press "
    "its button"
)
_NOTICES = {
    Answer.ANOTHER: "Another incident of this alert has begun since you opened the page. Look at "
    "it before you acknowledge it.",
    Answer.ALREADY: "It was acknowledged before you pressed the button.",
    Answer.NOT_ACKNOWLEDGED: "It was withdrawn before you pressed the button.",
}


class AlertPages:
    """Answers the paths of the pages; only the web server's thread calls it."""

    def __init__(self, site: AlertSite, tokens: FormTokens, explain: Explain = unexplained) -> None:
        self._site, self._tokens, self._explain = site, tokens, explain

    def body_limit(self, request: Request) -> int:
        """Return the bytes of a body that it takes, 0 for none."""
        found = _PATH.fullmatch(request.path)
        return _LONGEST_BODY if found and found[2] and request.method == "POST" else 0

    async def answer(self, request: Request, user: str) -> Response | None:
        """Return the response, None for a path of another part."""
        found = _PATH.fullmatch(request.path)
        if request.path != "/" and found is None:
            return None
        who = self._site.user(request, user)
        if found is None:
            return await self._overview(request, who)
        if found[2]:
            return await self._pressed(request, found[1], who, withdraw=found[2] == _WITHDRAW)
        if request.method not in READ:
            return not_allowed("GET, HEAD")
        return self._page(found[1], who, known=await self._explained(found[1]))

    async def _explained(self, fingerprint: str) -> Explanation | None:
        """Ask Prometheus in another thread: this one answers everybody."""
        found = self._site.firing.now().by_fingerprint().get(fingerprint)
        if found is None:
            return None
        alert = found.alert
        return await asyncio.to_thread(self._explain, alert.labels, alert.starts_at)

    def _around(self, user: str) -> Surroundings:
        return Surroundings(
            user=user,
            faults=self._site.faults(),
            now=self._site.clock.now(),
            known=self._site.is_known(),
            as_of=self._site.as_of(),
        )

    async def _overview(self, request: Request, user: str) -> Response:
        """Make the page in another thread, too: a storm has many rows."""
        if request.method not in READ:
            return not_allowed("GET, HEAD")
        body = await asyncio.to_thread(self._listed, user)
        return html_page(request, lambda: body)

    def _listed(self, user: str) -> bytes:
        rows = self._site.rows(incident_page.MOST_ROWS)
        return incident_page.overview(rows, self._site.count(), self._around(user))

    def _page(
        self,
        fingerprint: str,
        user: str,
        status: HTTPStatus = HTTPStatus.OK,
        notice: str = "",
        known: Explanation | None = None,
    ) -> Response:
        found = self._site.firing.now().by_fingerprint().get(fingerprint)
        if found is None:
            return self._nothing(fingerprint, user)
        acknowledged = self._site.acknowledging.of(found)
        form = self._form(found, user, acknowledged) if user else None
        withdrawn = None if acknowledged else self._site.acknowledging.withdrawn_of(found)
        shown_row = row(found, acknowledged, self._site.reading())
        taken_back = self._taken_back(withdrawn) if withdrawn else None
        around = self._around(user)
        body = incident_page.incident(shown_row, form, around, notice, known, taken_back)
        return Response(status, body, HTML, _NO_STORE)

    def _nothing(self, fingerprint: str, user: str) -> Response:
        """Return the page of what is no incident: it is over, a drill, or was never there."""
        drill = self._site.drill(fingerprint)
        if drill is None:
            been = self._site.has_been(fingerprint)
            body = incident_page.nothing(self._around(user), has_been=been)
            return Response(HTTPStatus.NOT_FOUND, body, HTML, _NO_STORE)
        text = shown(drill.annotations.get("description", ""))
        body = incident_page.drill(text, self._around(user))
        return Response(HTTPStatus.OK, body, HTML, _NO_STORE)

    def _taken_back(self, given: Acknowledgement) -> TakenBack:
        pagerduty = self._site.stays_in_pagerduty(given)
        return TakenBack(given.user, given.withdrawn_by, given.ended_at or given.at, pagerduty)

    def _form(self, found: FiringIncident, user: str, given: Acknowledgement | None) -> Form:
        start = f"{found.alert.starts_at:.3f}"
        parts = _parts(user, found.alert.fingerprint, start, withdraw=given is not None)
        pagerduty = given is not None and self._site.stays_in_pagerduty(given)
        return Form(start, self._tokens.token(parts, self._site.clock.now()), pagerduty)

    async def _pressed(
        self, request: Request, fingerprint: str, user: str, *, withdraw: bool
    ) -> Response:
        """Change it where the button of our own page was pressed by a user who is known."""
        if request.method != "POST":
            return not_allowed("POST")
        if not user:
            return plain(HTTPStatus.FORBIDDEN, UNKNOWN_USER)
        form = _fields(request.body)
        start = form.get("start", "")
        parts = _parts(user, fingerprint, start, withdraw=withdraw)
        right = self._tokens.is_right(form.get("token", ""), parts, self._site.clock.now())
        if not right or not self._site.is_ours(request):
            return plain(HTTPStatus.FORBIDDEN, _STRANGE_FORM)
        try:
            choice = ChosenIncident(fingerprint, float(start))
            take = self._withdraw if withdraw else self._acknowledge
            outcome = await take(choice, form, user)
        except StateError as error:
            return plain(HTTPStatus.SERVICE_UNAVAILABLE, f"nothing was changed: {error}")
        if outcome.answer in (Answer.ACKNOWLEDGED, Answer.WITHDRAWN):
            to = (("Location", f"../{fingerprint}"), *_NO_STORE)
            return Response(HTTPStatus.SEE_OTHER, f"{outcome.answer}\n".encode(), headers=to)
        return self._page(fingerprint, user, HTTPStatus.CONFLICT, _NOTICES.get(outcome.answer, ""))

    async def _acknowledge(
        self, choice: ChosenIncident, form: Mapping[str, str], user: str
    ) -> AcknowledgeOutcome:
        comment = shown(form.get("comment", ""), LONGEST_COMMENT)
        take = self._site.acknowledging.acknowledge
        (outcome,) = await asyncio.to_thread(take, (choice,), user, comment)
        return outcome

    async def _withdraw(
        self, choice: ChosenIncident, form: Mapping[str, str], user: str
    ) -> AcknowledgeOutcome:
        del form
        (outcome,) = await asyncio.to_thread(self._site.acknowledging.withdraw, (choice,), user)
        return outcome


def _parts(user: str, fingerprint: str, start: str, *, withdraw: bool) -> tuple[str, ...]:
    """Return what the token of a form is bound to: that of one button is of no use to the other."""
    return (user, fingerprint, start, *((_WITHDRAW,) if withdraw else ()))


def _fields(body: bytes) -> dict[str, str]:
    """Return the fields of a form; none where the body is no form."""
    try:
        found = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return dict(found)
