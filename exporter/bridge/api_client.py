"""Asks a running bridge what fires, and acknowledges: the other side of alert_api.py."""

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any

from exporter.bridge.alert_api import ACKNOWLEDGE, LIST, WITHDRAW
from exporter.bridge.alert_rows import AcknowledgedBy, AlertRow, shown
from exporter.client.own_server import answer, answer_fault
from exporter.errors import IonmonError
from exporter.secrets_file import Secret

_FIX = "start it with ionmon bridge, or name its address with --url"
TIMEOUT = 20.0  # seconds for the whole of one answer
LARGEST = 1 << 26  # bytes of an answer


class PasswordNeeded(IonmonError):
    """The bridge asks for a user and a password, or does not know those that it was given."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the bridge's web configuration."""

    user: str
    password: Secret


@dataclass(frozen=True, slots=True)
class FiringList:
    """What fires, which servers the bridge does not reach, and its time in Unix seconds.

    known     whether nothing else fires: all servers answer, and none has just come back
    as_of     when the bridge asked the servers, the oldest answer; None where none answers
    known_at  from when on all is known that fires; None where a server does not answer
    """

    alerts: tuple[AlertRow, ...]
    faults: tuple[str, ...]
    now: float
    known: bool = True
    as_of: float | None = None
    known_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """What became of an id; `may_escalate`: when it began is not known yet.

    pagerduty  whether PagerDuty may have it as acknowledged still, though it is withdrawn
    """

    id: str
    alert: str
    result: str
    acknowledged: AcknowledgedBy | None
    may_escalate: bool
    pagerduty: bool = False


@dataclass(frozen=True, slots=True)
class BridgeApi:
    """A bridge at its address; each call raises IonmonError with what is wrong and the fix."""

    url: str
    login: Login | None = None
    ca_file: Path | None = None

    def alerts(self) -> FiringList:
        """Return what fires."""
        found = self._answer_to(LIST, None)
        with _reading(self.url):
            return FiringList(
                alerts=tuple(map(_row, found["alerts"])),
                faults=tuple(found["faults"]),
                now=float(found["now"]),
                known=bool(found["known"]),
                as_of=_time(found["as_of"]),
                known_at=_time(found.get("known_at")),  # an older bridge does not say it
            )

    def acknowledge(self, ids: Sequence[str], comment: str) -> tuple[Acknowledged, ...]:
        """Acknowledge incidents by their ids, and return what became of each."""
        found = self._answer_to(ACKNOWLEDGE, {"alerts": list(ids), "comment": comment})
        with _reading(self.url):
            return tuple(map(_acknowledged, found["alerts"]))

    def withdraw(self, ids: Sequence[str]) -> tuple[Acknowledged, ...]:
        """Take back the acknowledgements of incidents, and return what became of each."""
        found = self._answer_to(WITHDRAW, {"alerts": list(ids)})
        with _reading(self.url):
            return tuple(map(_acknowledged, found["alerts"]))

    def _answer_to(self, path: str, content: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 - JSON
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(f"{self.url}{path}", body)  # noqa: S310 - as configured
        request.add_header("Content-Type", "application/json")
        if self.login:
            pair = f"{self.login.user}:{self.login.password.reveal()}"
            request.add_unredirected_header(
                "Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"
            )
        with _reading(self.url):
            return json.loads(self._answer(request))

    def _answer(self, request: urllib.request.Request) -> bytes:
        try:
            context = ssl.create_default_context(cafile=self.ca_file) if self.ca_file else None
            return answer(request, TIMEOUT, LARGEST, context)
        except urllib.error.HTTPError as error:
            raise self._refused(error) from error
        except (OSError, HTTPException) as error:
            text = f"{self.url}: no bridge answers: {answer_fault(error)}; {_FIX}"
            raise IonmonError(text) from error

    def _refused(self, error: urllib.error.HTTPError) -> IonmonError:
        if error.code == HTTPStatus.UNAUTHORIZED:
            fix = "give --user and --password-file"
            fault = "knows no such user and password" if self.login else "asks for a user"
            return PasswordNeeded(f"{self.url}: the bridge {fault}; {fix}")
        reason = shown(error.read(1_000).decode("utf-8", "replace"))
        if error.code == HTTPStatus.NOT_FOUND:
            return IonmonError(f"{self.url}: no bridge answers there: {reason}; {_FIX}")
        return IonmonError(f"{self.url}: the bridge refused: {reason}")


@contextmanager
def _reading(url: str) -> Iterator[None]:
    """Turn an answer of another form into an error that says so."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        text = f"{url}: this is no bridge, or another version's; name its address with --url"
        raise IonmonError(text) from error


def _time(value: Any) -> float | None:  # noqa: ANN401 - JSON
    return None if value is None else float(value)


def _row(entry: Mapping[str, Any]) -> AlertRow:
    """Return a row; what a newer bridge says beside it is left out."""
    known = {each.name: entry[each.name] for each in fields(AlertRow)}
    known |= {name: tuple(map(tuple, known[name])) for name in ("labels", "links")}
    return AlertRow(**{**known, "acknowledged": _by(entry["acknowledged"])})


def _acknowledged(entry: Mapping[str, Any]) -> Acknowledged:
    return Acknowledged(
        id=entry["id"],
        alert=entry["alert"],
        result=entry["result"],
        acknowledged=_by(entry["acknowledged"]),
        may_escalate=entry["may_escalate"],
        pagerduty=entry["pagerduty"],
    )


def _by(entry: Mapping[str, Any] | None) -> AcknowledgedBy | None:
    return AcknowledgedBy(entry["user"], entry["at"], entry["comment"]) if entry else None
