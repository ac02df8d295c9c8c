"""Why a receiver failed, as Alertmanager's log says it: logfmt or JSON, as every version writes."""

import json
from collections.abc import Iterator
from pathlib import Path

from exporter.bridge.webhook import cleaned
from exporter.errors import SettingsError
from exporter.logs.logfmt import logfmt_fields

LARGEST = 1 << 22  # bytes of the log that are read at once
_LONGEST = 300  # characters


class AlertmanagerLog:
    """What was written to a log since this was made. Raises SettingsError where it is not there."""

    def __init__(self, path: Path) -> None:
        """Begin at the log's end."""
        self._path = path
        try:
            self._from = path.stat().st_size
            path.open("rb").close()
        except OSError as error:
            raise SettingsError(f"--alertmanager-log {path}: {error.strerror}") from error

    def reason(self, receiver: str, integration: str) -> str:
        """Return the last error of a receiver's integration, empty where none was written."""
        return next(
            (
                cleaned(found["err"].removeprefix(f"{receiver}/"))[:_LONGEST]
                for found in reversed(list(self._lines()))
                if found.get("err") and _is_of(found, receiver, integration)
            ),
            "",
        )

    def _lines(self) -> Iterator[dict[str, str]]:
        try:
            with self._path.open("rb") as log:
                size = log.seek(0, 2)
                log.seek(self._from if size >= self._from else 0)  # it was rotated
                text = log.read(LARGEST).decode("utf-8", "replace")
        except OSError:
            return
        yield from map(_fields, text.splitlines())


def _is_of(found: dict[str, str], receiver: str, integration: str) -> bool:
    """Whether a line is of a receiver; that of the end has its name in the error alone."""
    if found.get("receiver", receiver) != receiver:
        return False
    where = f"{receiver}/{integration}["
    return found["err"].startswith(where) or found.get("integration", "").startswith(
        f"{integration}["
    )


def _fields(line: str) -> dict[str, str]:
    if line.startswith("{"):
        try:
            return {str(name): str(value) for name, value in json.loads(line).items()}
        except ValueError:
            return {}
    return logfmt_fields(line)
