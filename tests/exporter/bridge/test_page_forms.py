"""Only a button of the page itself acknowledges, for the user who pressed it."""

import asyncio
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

import pytest

from exporter.web.routes import Request
from tests.exporter.bridge.browsing import ALERT, PATH, pages
from tests.exporter.bridge.fleet import BEGAN, began


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
