"""Who asks for a page, and whether a request to change something was made on one of our pages.

Alertmanager's templates cannot sign, so a link only names an incident. Who may acknowledge is
decided here: a user of the web configuration, or the user that a trusted proxy names.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from exporter.bridge.alert_rows import shown
from exporter.bridge.records import Records
from exporter.settings import BridgeSettings
from exporter.web.routes import Request

LONGEST_USER = 200  # characters
DAY = 86_400.0  # seconds
_IAP = "accounts.google.com:"  # Identity-Aware Proxy writes it before the address
_KEY = "page.key"
Networks = tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True, slots=True)
class Callers:
    """Tells who asks: by basic authentication, or by the header of a trusted proxy."""

    header: str
    proxies: Networks
    url: str

    @classmethod
    def of(cls, settings: BridgeSettings) -> "Callers":
        """Return it for these settings."""
        proxies = tuple(ip_network(each, strict=False) for each in settings.trusted_proxies)
        return cls((settings.user_header or "").lower(), proxies, settings.url or "")

    def user(self, request: Request, authenticated: str) -> str:
        """Return the user's name, empty where nobody is known.

        authenticated  the user whose password was right, empty without passwords
        """
        if self.header and self._is_trusted(request.address):
            named = request.header(self.header).removeprefix(_IAP)
            return shown(named, LONGEST_USER) or shown(authenticated, LONGEST_USER)
        return shown(authenticated, LONGEST_USER)

    def _is_trusted(self, address: str) -> bool:
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None) or found  # of a socket for both versions
        return any(mapped in network for network in self.proxies)

    def is_ours(self, request: Request) -> bool:
        """Return whether a browser says that a request was made on this site, or says nothing."""
        site = request.header("sec-fetch-site")
        if site:
            return site == "same-origin"
        origin = request.header("origin")
        if not origin:
            return True
        hosts = {request.header("host"), urlsplit(self.url).netloc}
        return urlsplit(origin).netloc in hosts - {""}


class FormTokens:
    """The hidden token of a form: no other site knows it, since no other site can read the page.

    It is bound to the user and the incident, and holds for a day and the one after it.
    """

    def __init__(self, records: Records) -> None:
        """Take the key from the journal, where the first bridge has put it. Raises StateError."""
        self._key = records.first_fact(_KEY, lambda: secrets.token_hex(32)).encode()

    def token(self, parts: Sequence[str], now: float) -> str:
        """Return the token for a form."""
        return self._of(parts, int(now // DAY))

    def is_right(self, token: str, parts: Sequence[str], now: float) -> bool:
        """Return whether a form has the token that it was given."""
        days = (int(now // DAY), int(now // DAY) - 1)
        rights = [self._of(parts, day).encode() for day in days]
        given = token.encode("utf-8", "replace")
        return any(hmac.compare_digest(given, right) for right in rights)

    def _of(self, parts: Sequence[str], day: int) -> str:
        text = "\0".join((*parts, str(day)))
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
