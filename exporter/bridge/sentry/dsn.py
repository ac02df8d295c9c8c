"""The DSN of a Sentry project: where its envelopes go, and the key that goes with them.

scheme://KEY@HOST[:PORT][/PATH]/PROJECT, https://develop.sentry.dev/sdk/overview/#parsing-the-dsn.
The host is taken as it is: that of a project in the EU is another one, and others lose its events.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from exporter.bridge.outgoing import WebAddress, web_address
from exporter.logs.redaction import conceal
from exporter.secrets_file import Secret, UnusableSecret, read_secret

FIX = "copy it from the project's settings in Sentry, Client Keys (DSN)"
_FORM = re.compile(
    r"(?P<scheme>https?)://(?P<key>\w+)(?::\w+)?@(?P<host>[^\s/@?#]+)"
    r"(?P<path>(?:/[^\s/?#]+)*)/(?P<project>\d+)/?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Dsn:
    """Where a project's envelopes are posted, and its public key, which is shown nowhere."""

    address: WebAddress
    key: Secret


def read_dsn(path: Path) -> Dsn:
    """Return the DSN in a file. Raises UnusableSecret, which never shows it."""
    match = _FORM.fullmatch(read_secret(path).reveal().strip())
    address = _envelopes(match) if match else None
    if match is None or address is None:
        raise UnusableSecret(path, "is no DSN, https://KEY@HOST/PROJECT", FIX)
    conceal(match["key"])  # it is sent without the rest, and may come back so
    return Dsn(address, Secret(match["key"]))


def _envelopes(match: re.Match[str]) -> WebAddress | None:
    folder = f"{match['scheme']}://{match['host']}{match['path']}"
    try:
        return web_address(f"{folder}/api/{match['project']}/envelope/")
    except ValueError:  # a port that is none
        return None
