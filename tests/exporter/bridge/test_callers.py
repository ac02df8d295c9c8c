"""Who asks, and whether a form is one of ours."""

from pathlib import Path

import pytest

from exporter.bridge.callers import DAY, Callers, FormTokens
from exporter.settings import BridgeSettings
from exporter.web.routes import Request
from tests.exporter.bridge.notified import journal

IAP = "X-Goog-Authenticated-User-Email"
NOON = 1_795_000_000.0


def callers(**given: object) -> Callers:
    """Return who is known under these settings."""
    return Callers.of(BridgeSettings.model_validate(given))


def request(address: str = "10.0.0.7", **headers: str) -> Request:
    """Return a request with headers, written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method="POST", path="/", headers=named, address=address)


@pytest.mark.parametrize(
    ("address", "header", "password", "expected"),
    [
        ("10.0.0.7", "accounts.google.com:ada@example.com", "", "ada@example.com"),
        ("::ffff:10.0.0.7", "ada@example.com", "", "ada@example.com"),
        ("10.0.0.7", "ada", "bob", "ada"),
        ("10.0.0.7", "", "bob", "bob"),
        ("10.0.1.7", "ada", "", ""),  # no trusted proxy
        ("10.0.1.7", "ada", "bob", "bob"),
        ("nonsense", "ada", "", ""),
        ("10.0.0.7", "", "", ""),
        ("10.0.0.7", " \x00\x1b[31m\r\n", "", "[31m"),
        ("10.0.0.7", "a" * 100_000, "", "a" * 200 + "…"),
    ],
)
def test_who_asks(address: str, header: str, password: str, expected: str) -> None:
    """The user that a trusted proxy names, else the one whose password was right, else nobody."""
    known = callers(trusted_proxies=["10.0.0.0/24"], user_header=IAP)
    asked = request(address, x_goog_authenticated_user_email=header)
    assert known.user(asked, password) == expected


def test_a_header_is_nothing_without_its_setting() -> None:
    """Anybody can send one."""
    asked = request(x_goog_authenticated_user_email="ada")
    assert callers(trusted_proxies=["10.0.0.0/8"]).user(asked, "") == ""
    assert callers().user(asked, "") == ""


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, True),  # no browser
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site", "origin": "https://alerts.example.com"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"origin": "http://bridge:9842", "host": "bridge:9842"}, True),
        ({"origin": "https://alerts.example.com", "host": "10.0.0.9:9842"}, True),
        ({"origin": "https://evil.example.com", "host": "bridge:9842"}, False),
        ({"origin": "null", "host": "bridge:9842"}, False),
        ({"origin": "null"}, False),
    ],
)
def test_a_page_of_another_site_is_not_ours(headers: dict[str, str], *, expected: bool) -> None:
    """By what browsers say of where a request was made."""
    known = callers(url="https://alerts.example.com")
    assert known.is_ours(request(**headers)) is expected


def test_a_token_is_of_its_user_incident_and_day(tmp_path: Path) -> None:
    """It holds until the next day is over, after a restart, too; any other one is refused."""
    parts = ("ada", "feed", "1795000000.000")
    with journal(tmp_path / "journal.sqlite") as kept:
        token = FormTokens(kept.records).token(parts, NOON)
    with journal(tmp_path / "journal.sqlite") as kept:
        tokens = FormTokens(kept.records)
        assert tokens.is_right(token, parts, NOON)
        assert tokens.is_right(token, parts, NOON + DAY)
        assert not tokens.is_right(token, parts, NOON + 2 * DAY)
        assert not tokens.is_right(token, ("bob", *parts[1:]), NOON)
        assert not tokens.is_right(token, ("ada", "beef", parts[2]), NOON)
        assert not tokens.is_right(token, (*parts[:2], "1795000001.000"), NOON)
        assert not tokens.is_right("", parts, NOON)
        assert not tokens.is_right("é\ud800" * 40, parts, NOON)
    with journal(tmp_path / "other.sqlite") as kept:
        assert not FormTokens(kept.records).is_right(token, parts, NOON)
