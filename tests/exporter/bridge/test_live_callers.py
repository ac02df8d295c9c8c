"""Whom a running bridge lets acknowledge: nobody who is not known, and no page of another site."""

import base64
import json
import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import bcrypt
import pytest

from tests.exporter.bridge.bridges import RunningBridge, bridge
from tests.servers import Alertmanager, alertmanager, free_port, wait_until

pytestmark = pytest.mark.slow

CONFIG = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
HEADER = "X-Goog-Authenticated-User-Email"
EVIL = "https://evil.example.com"
Headers = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """A bridge, the Alertmanager that it reads, and the id of the alert that fires there."""

    bridge: RunningBridge
    alertmanager: Alertmanager
    alert: str = ""

    @property
    def path(self) -> str:
        """The page of the alert's incident."""
        return f"/incident/{self.alert}"

    def status(
        self, method: str, path: str, headers: Headers, content: bytes | Mapping[str, str] = b""
    ) -> int:
        """Return the status of an answer; a mapping is sent as a form is."""
        body = content if isinstance(content, bytes) else urlencode(content).encode()
        return self.bridge.ask(path, method, body, headers)[0]

    def form(self, headers: Headers) -> dict[str, str]:
        """Return the hidden fields of the incident's page."""
        html = self.bridge.ask(self.path, headers=headers)[1]
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))

    def order(self, alert: str = "") -> bytes:
        """Return what the API takes."""
        return json.dumps({"alerts": [alert or self.alert]}).encode()

    def acknowledged(self, headers: Headers) -> list[str]:
        """Return who acknowledged what fires, by the API."""
        rows = json.loads(self.bridge.ask("/api/alerts", headers=headers)[1])["alerts"]
        return [row["acknowledged"]["user"] for row in rows if row["acknowledged"]]


@contextmanager
def asked(home: Path, *options: str, **settings: object) -> Iterator[Asked]:
    """Run a bridge and an Alertmanager at which one alert fires, until the bridge knows it."""
    (home / "alertmanager.yml").write_text(CONFIG)
    with alertmanager(home, home / "alertmanager.yml") as manager:
        labels = {"alertname": "ErrorRateCritical", "severity": "critical"}
        manager.post([{"labels": labels, "startsAt": datetime.now(UTC).isoformat()}])
        servers = {
            "alertmanagers": [f"127.0.0.1:{manager.port}"],
            "address": f"127.0.0.1:{free_port()}",
        }
        with bridge(home, {"bridge": settings}, *options, prometheus=servers) as running:
            yield Asked(running, manager, manager.alerts()[0]["fingerprint"])


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of a user and a password."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


ADA = basic("ada", "wonder")


@pytest.fixture(scope="module")
def protected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Run a bridge that has a user."""
    home = tmp_path_factory.mktemp("protected")
    hashed = bcrypt.hashpw(b"wonder", bcrypt.gensalt(4)).decode()
    (home / "web.yml").write_text(f"basic_auth_users: {{ada: '{hashed}'}}\n")
    with asked(home, "--web.config.file", str(home / "web.yml")) as found:
        wait_until(lambda: bool(found.form(ADA)), "an alert that fires")
        yield found


@pytest.mark.parametrize(
    "headers", [{}, basic("ada", "wrong"), basic("bob", "wonder"), {HEADER: "ada"}]
)
def test_who_is_not_known_acknowledges_nothing(protected: Asked, headers: Headers) -> None:
    """Without a password, with a wrong one, or by the header of a proxy that is not named."""
    form = protected.form(ADA)
    button = f"{protected.path}/acknowledge"
    assert protected.status("POST", button, FORM | {**headers}, form) == 401
    assert (
        protected.status("POST", "/api/acknowledge", JSON | {**headers}, protected.order()) == 401
    )
    assert protected.acknowledged(ADA) == []


@pytest.mark.parametrize(
    "origin",
    [
        {"Origin": "null"},
        {"Origin": EVIL},
        {"Origin": f"{EVIL}:9842", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_page_of_another_site_acknowledges_nothing(protected: Asked, origin: Headers) -> None:
    """Though the browser sends the password, and though it had a right token."""
    button, headers = f"{protected.path}/acknowledge", ADA | {**origin}
    assert protected.status("POST", button, headers | FORM, protected.form(ADA)) == 403
    assert protected.status("POST", "/api/acknowledge", headers | JSON, protected.order()) == 403
    assert protected.acknowledged(ADA) == []


@pytest.mark.parametrize("kind", ["", "text/plain", FORM["Content-Type"], "multipart/form-data"])
def test_what_another_site_can_send_without_asking_is_refused(protected: Asked, kind: str) -> None:
    """An old browser names no origin; the API then takes JSON alone, and the button a token."""
    headers = ADA | {"Content-Type": kind}
    assert protected.status("POST", "/api/acknowledge", headers, protected.order()) == 403
    start = protected.form(ADA)["start"]
    for content in ({"start": start}, {"start": start, "token": "0" * 64}, protected.order()):
        assert protected.status("POST", f"{protected.path}/acknowledge", headers, content) == 403
    assert protected.acknowledged(ADA) == []


def test_an_address_alone_acknowledges_nothing(protected: Asked) -> None:
    """What a picture, a link or a scanner of mail can ask for is no order, whatever it names."""
    words = urlencode(protected.form(ADA) | {"alerts": protected.alert})
    override = {**ADA, "X-HTTP-Method-Override": "POST"}
    for path in (f"{protected.path}/acknowledge", "/api/acknowledge"):
        for method in ("GET", "HEAD", "PUT", "DELETE"):
            assert protected.status(method, f"{path}?{words}", override) == 405
    assert protected.status("GET", f"{protected.path}?{words}", ADA) == 200
    assert protected.acknowledged(ADA) == []


def test_what_does_not_fire_is_not_acknowledged(protected: Asked) -> None:
    """Neither an id of nothing, nor the form of another incident; Prometheus is away here."""
    status, text = protected.bridge.ask(
        "/api/acknowledge", "POST", protected.order("feedfeedfeedfeed"), ADA | JSON
    )
    assert (status, json.loads(text)["alerts"][0]["result"]) == (200, "not known")
    button = "/incident/feedfeedfeedfeed/acknowledge"
    assert protected.status("POST", button, ADA | FORM, protected.form(ADA)) == 403
    assert protected.acknowledged(ADA) == []


def test_a_proxy_is_believed_where_it_is_trusted(tmp_path: Path) -> None:
    """Its header is nothing from another address; once its own is named, it names the user."""
    known = {HEADER: "accounts.google.com:ada@example.com"}
    proxies = ["10.0.0.0/8", "::1"]
    with asked(tmp_path, trusted_proxies=proxies, user_header=HEADER) as found:
        wait_until(lambda: found.bridge.ask(found.path)[0] == 200, "an alert that fires")
        for forwarded in ({}, {"X-Forwarded-For": "10.0.0.7"}, {"Forwarded": "for=10.0.0.7"}):
            headers = known | JSON | forwarded
            assert found.status("POST", "/api/acknowledge", headers, found.order()) == 403
            assert found.form(known | forwarded) == {}
        settings = tmp_path / "monitoring.yaml"
        settings.write_text(settings.read_text().replace("10.0.0.0/8", "127.0.0.1"))
        assert found.bridge.process is not None
        found.bridge.process.send_signal(signal.SIGHUP)
        wait_until(lambda: bool(found.form(known)), "a form for the user")
        button = f"{found.path}/acknowledge"
        assert found.status("POST", button, known | FORM, found.form(known)) == 303
        assert found.acknowledged(known) == ["ada@example.com"]
