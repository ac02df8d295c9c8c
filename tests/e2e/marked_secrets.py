"""Every secret that settings name, each a word of its own; and a server that repeats them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import bcrypt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from exporter.settings import Settings
from exporter.settings.secrets import secret_files
from tests.http_server import answering

MONITORING_CONFIG = Path(__file__).parents[2] / "alertmanager" / "out" / "monitoring_config.json"
USER = "ada"
BAD = "bad-reload"  # in a Redis address, where no password may be
IN_ALERTMANAGER = "heartbeat-url"  # Alertmanager 0.25 cannot read it from a file
_NAMES = (
    *("slack", "slack-shop", "pagerduty", "pagerduty-shop", "mail", "webhook", "webhook-shop"),
    *("bridge", "sentry", "heartbeat", "redis", "sentinel", "password", BAD, IN_ALERTMANAGER),
)


# 32 letters and digits each, as PagerDuty's keys are.
MARKS = {name: f"vogel{name.replace('-', ''):x<27}" for name in _NAMES}


@dataclass
class RepeatingServer:
    """A web server that refuses everything, and repeats what it was sent while doing so."""

    port: int = 0
    received: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def was_sent(self, name: str) -> bool:
        """Return whether it was sent a secret."""
        return any(MARKS[name] in text for text in self.received)


@contextmanager
def repeating() -> Iterator[RepeatingServer]:
    """Serve on a free port."""
    found = RepeatingServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Refuse it for good."""
            content = self.rfile.read(int(self.headers["Content-Length"]))
            text = f"{self.path}\n{self.headers}\n{content.decode(errors='replace')}"
            found.received.append(text)
            body = " ".join(text.split()).encode()
            self.send_response(400, "".join(c for c in self.path if c.isalnum()))
            self.send_header("X-Sentry-Error", str(self.headers.get("X-Sentry-Auth", "")))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with answering(Handler) as server:
        found.port = server.server_port
        yield found


def write(home: Path, server: RepeatingServer) -> dict[str, str]:
    """Write the files; return what may be shown nowhere, by name."""
    hidden = {name: mark for name, mark in MARKS.items() if name != IN_ALERTMANAGER}
    addresses = {
        "slack": server.url(f"services/{MARKS['slack']}"),
        "slack-shop": server.url(f"services/{MARKS['slack-shop']}"),
        "sentry": f"http://{MARKS['sentry']}@127.0.0.1:{server.port}/42",
        "heartbeat": server.url(f"ping/{MARKS['heartbeat']}"),
    }
    for name, mark in hidden.items():
        _private(home / name, addresses.get(name, mark))
    hashed = bcrypt.hashpw(MARKS["password"].encode(), bcrypt.gensalt(4)).decode()
    (home / "web.yml").write_text(f"basic_auth_users: {{{USER}: '{hashed}'}}\n")
    return hidden | {"hash": hashed, "key": _credentials(home / "google.json", server)}


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _credentials(path: Path, server: RepeatingServer) -> str:
    """Write those of a service account; return a line of its key."""
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    account = {
        "type": "service_account",
        "client_email": "ion@example.com",
        "token_uri": server.url("token"),
        "private_key": key.decode(),
    }
    _private(path, json.dumps(account))
    return key.decode().splitlines()[1]


def notifications(server: RepeatingServer, mail: int) -> dict[str, Any]:
    """Return the section of all channels, with everything that is a secret."""
    return {
        "slack": {"webhook_url_file": "slack", "channel": "#alerts"},
        "pagerduty": {"routing_key_file": "pagerduty", "url": server.url("pagerduty")},
        "email": {
            "to": ["team@example.com"],
            "from": "ion@example.com",
            "smarthost": f"127.0.0.1:{mail}",
            "require_tls": False,
            "username": "ion",
            "password_file": "mail",
        },
        "webhook": {"url": server.url("webhook"), "credentials_file": "webhook"},
        "sentry": {"dsn_file": "sentry", "own_errors": True},
        "bridge": {"credentials_file": "bridge"},
        "heartbeat": {"url": server.url(MARKS[IN_ALERTMANAGER]), "url_file": "heartbeat"},
        "digest": {"at": "00:00"},
    }


def sections(home: Path, redis: int, dead: int, alertmanager: int) -> dict[str, Any]:
    """Return the other sections: Redis refuses its password, and nothing else answers."""
    url = f"redis://127.0.0.1:{redis}"
    group = {"mode": "sentinel", "sentinel_master": "cache"}
    group |= {"sentinel_password_file": str(home / "sentinel")}
    word = {"password_file": str(home / "redis")}
    shop = {
        "slack": {"webhook_url_file": "slack-shop", "channel": "#shop"},
        "pagerduty": {"routing_key_file": "pagerduty-shop"},
        "webhook": {"url": "http://127.0.0.1:1/shop", "credentials_file": "webhook-shop"},
    }
    return {
        "google": {"projects": ["shop"], "credentials_file": str(home / "google.json")},
        "redis": {
            "targets": [
                {"name": "refused", "url": url, **word},
                {"name": "dead", "url": f"redis://127.0.0.1:{dead}", **word, **group},
            ]
        },
        "services": {"checkout": {"owner": "shop", "notifications": shop}},
        "prometheus": {
            "address": f"127.0.0.1:{dead}",
            "alertmanagers": [f"127.0.0.1:{alertmanager}"],
        },
        "storage": {
            "state_file": str(home / "state.sqlite"),
            "monitoring_config": str(MONITORING_CONFIG),
        },
    }


def bad(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings that are refused, since an address holds a password."""
    url = f"redis://someone:{MARKS[BAD]}@127.0.0.1:1"
    return {**settings, "redis": {"targets": [{"name": "x", "url": url}]}}


def unmarked(settings: Settings) -> set[str]:
    """Return the secrets that settings can name and that have no mark here."""
    return {file.key for file in secret_files(settings) if file.path.name not in MARKS}
