"""The pages of incidents in a browser that has a user's password."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from exporter.bridge.acknowledging import Acknowledging
from exporter.bridge.alert_pages import AlertPages
from exporter.bridge.alert_site import AlertSite
from exporter.bridge.callers import FormTokens
from exporter.bridge.journal import AlertJournal
from exporter.settings import Settings
from exporter.web.routes import Request, Response
from tests.exporter.bridge.fleet import BEGAN, Fleet, began, held, kept
from tests.generators.alertmanager.samples import SLACK

ALERT = held()
PATH = f"/incident/{ALERT.fingerprint}"
ESCALATED = {"slack": SLACK, "escalation": {"channel": "#second"}, "bridge": {}}


class Pages:
    """The pages, and a browser that has a user's password."""

    def __init__(
        self,
        pages: AlertPages,
        keeping: Acknowledging,
        fleet: Fleet,
        site: AlertSite,
        journal: AlertJournal,
    ) -> None:
        self.journal = journal
        self.pages, self.keeping, self.fleet, self.site = pages, keeping, fleet, site

    def ask(self, path: str, user: str = "ada", method: str = "GET", **form: str) -> Response:
        """Return an answer."""
        body = urlencode(form).encode()
        request = Request(method=method, path=path, body=body, address="127.0.0.1")
        found = asyncio.run(self.pages.answer(request, user))
        assert found is not None
        return found

    def html(self, path: str, user: str = "ada") -> str:
        """Return a page."""
        body = self.ask(path, user).body
        assert isinstance(body, bytes)
        return body.decode()

    def form(self) -> dict[str, str]:
        """Return the hidden fields of the incident's page."""
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', self.html(PATH))
        return dict(fields)

    def press(self, user: str = "ada", **changed: str) -> Response:
        """Press the button of the page."""
        return self.ask(f"{PATH}/acknowledge", user, "POST", **{**self.form(), **changed})


@contextmanager
def pages(folder: Path, fleet: Fleet | None = None, unseen: float = 0.0) -> Iterator[Pages]:
    """Open the pages of servers of which all know the alert, unless others are given."""
    fleet = fleet or Fleet(alerts=[ALERT], first=[began(ALERT, BEGAN)])
    fleet.ask()
    notified = Settings.model_validate({"notifications": ESCALATED})
    with kept(folder, fleet, unseen) as (keeping, journal):
        site = AlertSite(fleet.firing, keeping, fleet.clock, notified)
        site.has_had = journal.has_had
        yield Pages(
            pages=AlertPages(site, FormTokens(journal.records)),
            keeping=keeping,
            fleet=fleet,
            site=site,
            journal=journal,
        )
