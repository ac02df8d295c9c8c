"""The token that Alertmanager shows: read from its file, and again when the file changes."""

import logging
import stat
from pathlib import Path

from exporter.errors import SettingsError
from exporter.logs import once, over
from exporter.secrets_file import Secret, inspect_secret
from exporter.web.protection import file_stamp

log = logging.getLogger("ionmon.bridge")

_FAULT = "token"


class BridgeToken:
    """The content of a file, None without a file; while it cannot be read, the old one stays."""

    def __init__(self, path: Path | None) -> None:
        """Read the file. Raises SettingsError."""
        self._path = path
        self._stamp = file_stamp(path) if path else None
        self._secret = _read(path) if path else None

    def __call__(self) -> Secret | None:
        """Return the token in force now."""
        if self._path is None:
            return None
        now = file_stamp(self._path)
        if now != self._stamp:
            self._stamp = now
            self._reread(self._path)
        return self._secret

    def _reread(self, path: Path) -> None:
        try:
            self._secret = _read(path)
        except SettingsError as error:
            once(log, _FAULT, f"the bridge's token stays as it was: {error}")
        else:
            over(log, _FAULT, "the bridge's token can be read again")


def _read(path: Path) -> Secret:
    """Return the content; Alertmanager, another user, reads it through the file's group."""
    content = inspect_secret(path)
    if content.mode & stat.S_IRWXO:
        text = f"{path}: mode {content.mode:04o} lets everybody read this secret; chmod 0640 it"
        once(log, str(path), text)
    return content.secret
