"""The pages of what fires: what they show, and who may press the button."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from threading import get_ident
from urllib.parse import urlencode

import pytest

from exporter.bridge.acknowledging import Acknowledging
from exporter.bridge.alert_pages import AlertPages
from exporter.bridge.alert_site import AlertSite
from exporter.bridge.callers import FormTokens
from exporter.bridge.journal import AlertJournal
from exporter.settings import Settings
from exporter.web.routes import Request, Response
from tests.exporter.bridge.fleet import BEGAN, Fleet, Watched, began, held, kept
from tests.exporter.bridge.notified import entry, given
from tests.generators.alertmanager.samples import SLACK

ALERT = held()
PATH = f"/incident/{ALERT.fingerprint}"
ESCALATED = {"slack": SLACK, "escalation": {"channel": "#second"}, "bridge": {}}
HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=y>{{ 7*7 }}</p>\r\n\x00\x1b[31m\u202e"
    + "x" * 100_000
)


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
        yield Pages(AlertPages(site, FormTokens(journal.records)), keeping, fleet, site, journal)


def test_the_overview_lists_the_most_severe_first(tmp_path: Path) -> None:
    """Each with its age and what happens next; a link leads to its page."""
    high = held("ErrorRateWarning", "high", starts_at=BEGAN - 60)
    fleet = Fleet(alerts=[high, ALERT], first=[began(ALERT, BEGAN - 180)])
    with pages(tmp_path, fleet) as found:
        html = found.html("/")
        assert "<h1>2 alerts fire</h1>" in html
        assert html.index(ALERT.fingerprint) < html.index(high.fingerprint)
        assert f'<a href="incident/{ALERT.fingerprint}">Too many requests fail</a>' in html
        assert "since 29 Nov 2026 12:00 UTC (10m)" in html
        assert re.search(r"its escalation is due\s+in\s+17m", html)
    with pages(tmp_path, Fleet()) as found:
        assert "<h1>Nothing fires</h1>" in found.html("/")
    with pages(tmp_path, Fleet(alerts=None)) as found:
        html = found.html("/")
        assert "<h1>What fires is not known</h1>" in html
        assert "<title>What fires is not known</title>" in html
        assert "Alertmanager: it is away" in html


def test_a_storm_is_counted(tmp_path: Path) -> None:
    """The page stays a page; the rest is counted."""
    threads: list[int] = []
    storm = [
        replace(held(service_name=f"service-{number}"), annotations=Watched(threads))
        for number in range(400)
    ]
    with pages(tmp_path, Fleet(alerts=storm)) as found:
        html = found.html("/")
        assert "<h1>400 alerts fire</h1>" in html
        assert html.count("<li>") == 300
        assert "And 100 more" in html
    assert len(threads) == 300  # rows are made of what is shown, and not by who answers everybody
    assert get_ident() not in threads


def test_a_value_has_its_age(tmp_path: Path) -> None:
    """Prometheus sends it again after minutes only: an old one is not called the value now."""
    with pages(tmp_path) as found:
        assert "The value was 4.2% 10m ago, the limit 1%." in found.html(PATH)
        assert " · its value is 10m old" in found.html("/")
    said = {**ALERT.annotations, "description": "The error rate is 4.2%."}
    fresh = replace(ALERT, updated_at=BEGAN + 590, annotations=said)
    with pages(tmp_path, Fleet(alerts=[fresh], first=[began(fresh, BEGAN)])) as found:
        assert "The value was 4.2% 10s ago, the limit 1%." in found.html(PATH)
        assert '<p>The error rate is 4.2%. <span class="soft">(as of 10s ago)' in found.html(PATH)


def test_the_link_of_a_drill_leads_to_its_page(tmp_path: Path) -> None:
    """Its messages link as those of incidents do: it is said what it is, and there is no button."""
    drill = replace(held("Drill"), annotations={"description": "This is a drill: <b>ada</b> tests"})
    with pages(tmp_path, Fleet(alerts=[ALERT, drill], first=[began(ALERT, BEGAN)])) as found:
        answer = found.ask(f"/incident/{drill.fingerprint}")
        html = found.html(f"/incident/{drill.fingerprint}")
        assert answer.status == HTTPStatus.OK
        assert "<h1>This is a drill, nothing is wrong</h1>" in html
        assert "This is a drill: &lt;b&gt;ada&lt;/b&gt; tests" in html
        assert "<form" not in html
        assert "Drill" not in found.html("/")
    with pages(tmp_path) as found:
        assert found.ask(f"/incident/{drill.fingerprint}").status == HTTPStatus.NOT_FOUND


def test_an_escalation_that_is_due_is_said(tmp_path: Path) -> None:
    """When it will be, and since when it has been."""
    with pages(tmp_path) as found:
        assert re.search(
            r"It will be escalated at\s+29 Nov 2026 12:30 UTC, in 20m", found.html(PATH)
        )
        found.fleet.clock.time = BEGAN + 3600
        assert "Its escalation is due since 29 Nov 2026 12:30 UTC." in found.html(PATH)


def test_opening_a_page_changes_nothing(tmp_path: Path) -> None:
    """Scanners of mail open every link; only the button acknowledges."""
    with pages(tmp_path) as found:
        assert "Nobody has acknowledged it." in found.html(PATH)
        assert "Acknowledge as ada" in found.html(PATH)
        assert found.ask(f"{PATH}/acknowledge").status is HTTPStatus.METHOD_NOT_ALLOWED
        assert found.keeping.open() == ()
        answer = found.press(comment=" rolling\nback ")
        assert (answer.status, dict(answer.headers)["Location"]) == (303, f"../{ALERT.fingerprint}")
        html = found.html(PATH)
        assert "Acknowledged by ada" in html
        assert "“rolling back”" in html
        assert "Acknowledge as" not in html
        assert re.search(r"Acknowledged by ada,\s+0s ago", found.html("/"))


def test_the_button_withdraws(tmp_path: Path) -> None:
    """Whoever is known may; the form of one button is of no use to the other."""
    with pages(tmp_path) as found:
        first = found.form()
        assert found.ask(f"{PATH}/withdraw", "ada", "POST", **first).status == 403
        found.press()
        assert "In PagerDuty it stays acknowledged" not in found.html(PATH)
        assert '<button type="submit" class="quiet">Withdraw as bob' in found.html(PATH, "bob")
        assert "<form" not in found.html(PATH, "")
        form = found.form()
        assert found.ask(f"{PATH}/withdraw", "bob", "POST", **form).status == 403
        assert found.ask(f"{PATH}/withdraw", "ada").status is HTTPStatus.METHOD_NOT_ALLOWED
        assert found.ask(f"{PATH}/withdraw", "ada", "POST", **form).status == 303
        assert found.keeping.open() == ()
        again = found.ask(f"{PATH}/withdraw", "ada", "POST", **form)
        assert (again.status, b"It was withdrawn before" in bytes(again.body)) == (409, True)
        assert "Nobody has acknowledged it." in found.html(PATH)
        said = "ada withdrew the acknowledgement of ada at 29 Nov 2026 12:10 UTC."
        assert said in found.html(PATH)
        assert "In PagerDuty" not in found.html(PATH)
    with pages(tmp_path) as again:
        assert said in again.html(PATH)
        again.press()
        assert said not in again.html(PATH)


def test_pagerduty_takes_nothing_back_and_the_page_says_so(tmp_path: Path) -> None:
    """Where PagerDuty got the acknowledgement, before and after it is withdrawn."""
    with pages(tmp_path) as found:
        found.site.in_pagerduty = lambda given: given.user == "ada"
        found.press()
        said = "In PagerDuty it stays acknowledged: escalate it there."
        assert said in found.html(PATH)
        found.ask(f"{PATH}/withdraw", "ada", "POST", **found.form())
        assert said in found.html(PATH)


def test_a_withdrawal_of_the_last_incident_is_not_on_the_page_of_the_next(tmp_path: Path) -> None:
    """What somebody took back was another incident's."""
    with pages(tmp_path) as found:
        found.press()
        found.ask(f"{PATH}/withdraw", "ada", "POST", **found.form())
        found.fleet.alerts = [replace(ALERT, starts_at=BEGAN + 300)]
        found.fleet.first = [began(ALERT, BEGAN + 200)]
        found.fleet.ask()
        assert "withdrew" not in found.html(PATH)


def test_nobody_acknowledges_without_being_known(tmp_path: Path) -> None:
    """The page says how to be known, and a form that is sent all the same is refused."""
    with pages(tmp_path) as found:
        assert "Nobody can acknowledge here" in found.html(PATH, "")
        assert "basic_auth_users" in found.html(PATH, "")
        assert "<form" not in found.html(PATH, "")
        assert found.press("").status is HTTPStatus.FORBIDDEN
        assert found.keeping.open() == ()


@pytest.mark.parametrize(
    "changed",
    [{"token": ""}, {"token": "0" * 64}, {"start": "0"}, {"start": "nan"}, {"start": ""}],
)
def test_a_form_of_another_site_is_refused(tmp_path: Path, changed: dict[str, str]) -> None:
    """It has no token, or one of something else."""
    with pages(tmp_path) as found:
        assert found.press(**changed).status is HTTPStatus.FORBIDDEN
        assert found.keeping.open() == ()


def test_a_form_of_another_user_is_refused(tmp_path: Path) -> None:
    """A token that one user was given is not another's."""
    with pages(tmp_path) as found:
        assert found.press("bob").status is HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "header", [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example.com")]
)
@pytest.mark.parametrize("button", ["acknowledge", "withdraw"])
def test_another_site_is_refused_whatever_token_it_shows(
    tmp_path: Path, header: tuple[str, str], button: str
) -> None:
    """A token that leaked is of no use to a page of another site: the browser says whose it is."""
    with pages(tmp_path) as found:
        if button == "withdraw":
            found.press()
        before = found.keeping.open()
        request = Request(
            method="POST",
            path=f"{PATH}/{button}",
            body=urlencode(found.form()).encode(),
            headers=dict([header]),
        )
        answer = asyncio.run(found.pages.answer(request, "ada"))
        assert answer is not None
        assert answer.status is HTTPStatus.FORBIDDEN
        assert found.keeping.open() == before


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1&" * 1000, b"", b"{}"])
def test_a_body_that_is_no_form_is_refused(tmp_path: Path, body: bytes) -> None:
    """It costs an answer, and no error."""
    with pages(tmp_path) as found:
        request = Request(method="POST", path=f"{PATH}/acknowledge", body=body)
        assert found.pages.body_limit(request) == 16 * 1024
        answer = asyncio.run(found.pages.answer(request, "ada"))
        assert answer is not None
        assert answer.status is HTTPStatus.FORBIDDEN


def test_a_page_of_the_last_incident_shows_the_next(tmp_path: Path) -> None:
    """Its button acknowledges nothing: the page says that another one has begun."""
    with pages(tmp_path) as found:
        form = found.form()
        found.fleet.alerts = [replace(ALERT, starts_at=BEGAN + 300)]
        found.fleet.ask()
        answer = found.ask(f"{PATH}/acknowledge", method="POST", **form)
        assert answer.status is HTTPStatus.CONFLICT
        assert b"Another incident of this alert has begun" in bytes(answer.body)
        assert found.keeping.open() == ()


def test_what_is_over_is_said_to_be(tmp_path: Path) -> None:
    """A link of an old message leads to a page, and not to an error."""
    with pages(tmp_path, Fleet()) as found:
        found.journal.receive(given(entry(fingerprint=ALERT.fingerprint)), (), BEGAN)
        answer = found.ask(PATH)
        assert answer.status is HTTPStatus.NOT_FOUND
        assert b"<title>This incident is over</title>" in bytes(answer.body)
        assert found.ask("/incident/0123456789abcdef").status is HTTPStatus.NOT_FOUND
        never = found.html("/incident/0123456789abcdef")
        assert "<title>No such incident is known</title>" in never
        assert "is over" not in never
    with pages(tmp_path, Fleet(alerts=None)) as found:
        html = found.html(PATH)
        assert "<title>No alert with this id is known</title>" in html
        assert "a server has it that does not answer" in html
        assert "is over</" not in html


def test_what_has_just_started_may_have_more(tmp_path: Path) -> None:
    """A restarted server has what fires after minutes: nothing is calm or over until then."""
    with pages(tmp_path, Fleet(), 240) as found:
        assert "<h1>What fires is not known</h1>" in found.html("/")
        assert "has just started: until everything is known" in found.html("/")
        assert "a server has it that has just come back" in found.html(PATH)
        found.fleet.clock.time += 240
        assert "<h1>Nothing fires</h1>" in found.html("/")
        assert "<h1>No such incident is known</h1>" in found.html(PATH)
    with pages(tmp_path, unseen=240) as found:
        assert "<h1>At least 1 alert fires</h1>" in found.html("/")


@pytest.mark.parametrize("path", ["/incident/", "/incident/XYZ", "/incident/a/b", "/other", "//"])
def test_other_paths_are_others(tmp_path: Path, path: str) -> None:
    """Only ids of alerts are incidents."""
    with pages(tmp_path) as found:
        request = Request(method="POST", path=path)
        assert asyncio.run(found.pages.answer(request, "ada")) is None
        assert found.pages.body_limit(request) == 0


def test_labels_and_annotations_harm_no_page(tmp_path: Path) -> None:
    """Markup is text, links lead to web pages only, and nothing is longer than a screen."""
    texts = dict.fromkeys(("summary", "description", "check", "value", "limit", "place"), HOSTILE)
    urls = {"dashboard_url": "javascript:alert(1)", "runbook_url": "data:text/html,x"}
    hostile = replace(
        ALERT,
        labels={**ALERT.labels, "alertname": HOSTILE, "severity": HOSTILE, HOSTILE: HOSTILE},
        annotations={**texts, **urls},
        generator_url="http://vm/\x00<script>",
    )
    with pages(tmp_path, Fleet(alerts=[hostile])) as found:
        for path in ("/", PATH):
            html = found.html(path)
            assert "<script>" not in html
            assert "<img" not in html
            assert not set("\x00\x1b\u202e\r") & set(html)
            assert len(html) < 40_000
            assert not re.findall(r'href="(?!\.\./|incident/)', html)
        assert "{{ 7*7 }}" in found.html("/")
