"""The HTML escapes what comes from outside, and says with words what its pictures show."""

import base64
import re
from dataclasses import replace
from html.parser import HTMLParser

from exporter.bridge.digest.html import html, page, pictures
from tests.exporter.bridge.digest.digests import full, made, period
from tests.exporter.summary.states import signal, state

VOID = {"meta", "img", "br"}


class Reading(HTMLParser):
    """Reads a page: its elements in balance, its text, its pictures and links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        if tag not in VOID:
            self.open.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")
        assert tag != "script"

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which has to be this one."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        self.text += data


def test_the_page_has_what_the_text_has() -> None:
    """Alerts, repetitions, silences, holes, budgets, values: nothing is in a picture alone."""
    found = " ".join(Reading(page(full())).text.split())
    for expected in (
        "ion: 2 alerts fire, 2 are over; 24% of the error budget is left",
        "CRITICAL ErrorRateCritical · checkout in europe-west1 (ion-production)",
        "since 29 Nov 06:12, for 1h 48m; new · 12%, limit 1% (at 29 Nov 07:48)",
        "acknowledged by grace@example.com",
        "3 times, the last one 29 Nov 04:36 to 04:54, for 18m",
        "1d 6h ago by ada: deploy of the new image",
        "Notifications: no record from 29 Nov 03:06 to 03:12.",
        "0.42% day before 0.3% (+0.12 points) · week ago 0.31% (+0.11 points) · worst 0.9%",
        "in europe-west1 1.2%; in us-central1 0.3%",
        "99.983% (at least 99.95%)",
        "4m could not be read",
    ):
        assert expected in found, expected


def test_a_picture_has_its_numbers_as_alternative_text() -> None:
    """Without images a reader has the value and the worst one."""
    (image,) = Reading(page(full())).images
    assert image["alt"] == "error rate (4xx and 5xx): 0.42% over the day, worst 0.9%"
    prefix, _, data = (image["src"] or "").partition(",")
    assert prefix == "data:image/png;base64"
    assert base64.b64decode(data) == pictures(full())[0].png


def test_markup_in_values_is_text() -> None:
    """Neither labels nor annotations nor comments become elements, attributes or links."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    alert = period(1.0, None, evil, labels={"service_name": evil}, annotations={"problem": evil})
    bad = signal(noun=evil, url="javascript:alert(1)")
    found = made(alert, state=state(signals=(bad,)), faults=(evil,))
    read = Reading(page(found))
    assert len(read.images) == 1
    assert evil in read.text


def test_links_lead_to_the_web_only() -> None:
    """A runbook that is a path on another machine is no link."""
    links = Reading(page(full())).links
    assert "https://example.com/runbooks/ErrorRateCritical.md" in links
    assert all(link.startswith("https://") for link in links)


def test_without_a_value_there_is_no_picture() -> None:
    """What nobody knows is said, and not drawn."""
    unknown = signal(line=(), line_before=(), now=None, worst=None, places=())
    read = Reading(page(made(state=state(signals=(unknown,)))))
    assert read.images == []
    assert "no data" in read.text


def test_colours_are_never_alone() -> None:
    """Each severity is a word, too; the page asks for a light scheme, since its colours are."""
    text = html(replace(full(), weekly=True), {})
    assert re.search(r"<strong[^>]*>CRITICAL</strong>", text)
    assert '<meta name="color-scheme" content="light">' in text
