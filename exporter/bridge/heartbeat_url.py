"""The address of a service outside that raises an alarm when calls to it stop."""

from pathlib import Path

from exporter.bridge.outcome import Later, Outcome, Sent, Withheld
from exporter.bridge.outgoing import Unreachable, post, web_address
from exporter.logs.redaction import conceal
from exporter.secrets_file import UnusableSecret, read_secret

FIX = "write the whole address, https://…, on one line"
_OK, _REDIRECT = 200, 300
_SECRET = 8  # characters; a shorter path, such as /, is none


class HeartbeatUrl:
    """Calls the address while alerts arrive, and is silent while they do not.

    The address is a secret: who has it can keep the service from noticing. Its file is read each
    time, so it may change.
    """

    name = "heartbeat"

    def __init__(self, url_file: Path) -> None:
        self._file = url_file

    def check_in(self, *, works: bool) -> Outcome | Withheld:
        """Call the address, unless alerts do not arrive."""
        if not works:
            return Withheld()
        try:
            url = read_secret(self._file).reveal().strip()
        except UnusableSecret as error:
            return Later(str(error))
        try:
            address = web_address(url)
        except ValueError as error:
            return Later(f"{self._file}: {error}; {FIX}")
        if len(address.path) >= _SECRET:
            conceal(address.path)  # it is sent without the rest, and may come back so
        try:
            status = post(address, b"", {"User-Agent": "ion-monitoring"}).status
        except Unreachable as error:
            return Later(str(error))
        return Sent() if _OK <= status < _REDIRECT else Later(f"{address.shown} answered {status}")
