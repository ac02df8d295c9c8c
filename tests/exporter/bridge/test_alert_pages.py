"""The pages of what fires: what they show, and who may press the button."""

import asyncio
import re
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from threading import get_ident

import pytest

from exporter.web.routes import Request
from tests.exporter.bridge.browsing import ALERT, PATH, pages
from tests.exporter.bridge.fleet import BEGAN, Fleet, Watched, began, held
from tests.exporter.bridge.notified import entry, given

HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=y>{{ 7*7 }}</p>\r\n\x00\x1b[31m\u202e"
    + "x" * 100_000
)


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
