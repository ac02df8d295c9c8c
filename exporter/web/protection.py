"""TLS, passwords and headers in force; they are read again when one of their files changes."""

import logging
import os
import ssl
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import SettingsError
from exporter.logs import once, over
from exporter.web.access import Bucket, Passwords
from exporter.web.config import WebConfig, load
from exporter.web.tls import context

log = logging.getLogger("ionmon.web")

Stamp = tuple[tuple[int, int, int] | None, ...]
_GO_ONLY = ("curve_preferences",)


@dataclass(frozen=True, slots=True)
class ProtectionRules:
    """What protects the server; `tls` is None where it serves plain HTTP."""

    config: WebConfig
    tls: ssl.SSLContext | None
    passwords: Passwords
    bucket: Bucket

    @property
    def authenticates(self) -> bool:
        """Return whether every client needs a password or a certificate."""
        tls = self.config.tls_server_config
        certified = tls is not None and tls.client_auth_type == "RequireAndVerifyClientCert"
        return self.passwords.needed or certified


class Protection:
    """Keeps the rules of a file up to date; while the file is wrong, the old rules stay."""

    def __init__(self, path: Path | None, executor: Executor) -> None:
        """Read the file, if there is one. Raises SettingsError."""
        self._path, self._executor = path, executor
        self._files: tuple[Path, ...] = ()
        self._known: tuple[Mapping[str, str], Passwords] | None = None
        self._rules = self._read()
        self._stamp = self._current_stamp()

    def rules(self) -> ProtectionRules:
        """Return the rules in force now."""
        stamp = self._current_stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            self._reload()
        return self._rules

    def _reload(self) -> None:
        files = self._files
        try:
            self._rules = self._read()
        except SettingsError as error:
            once(log, "web.config", f"web configuration refused, the old one stays: {error}")
            return
        finally:
            # The new configuration names other files: without this they would count as changed.
            if files != self._files:
                self._stamp = self._current_stamp()
        over(log, "web.config", "web configuration is valid again")
        log.info("web configuration read")

    def _read(self) -> ProtectionRules:
        config = load(self._path) if self._path else WebConfig()
        self._files = config.files()
        tls, limit = config.tls_server_config, config.rate_limit
        tls_context = context(tls, self._path) if tls and self._path else None
        for name in _GO_ONLY:
            if tls and getattr(tls, name):
                log.warning("%s: tls_server_config.%s is not used", self._path, name)
        passwords = self._passwords(config.basic_auth_users)
        return ProtectionRules(config, tls_context, passwords, Bucket(limit.interval, limit.burst))

    def _passwords(self, users: Mapping[str, str]) -> Passwords:
        """Return the passwords of `users`; the same users keep what was compared before."""
        if self._known is None or self._known[0] != users:
            self._known = (users, Passwords(users, self._executor))
        return self._known[1]

    def _current_stamp(self) -> Stamp:
        """Return what changes whenever one of the files does."""
        return tuple(file_stamp(path) for path in (self._path, *self._files) if path)


def file_stamp(path: Path) -> tuple[int, int, int] | None:
    """Return what changes with a file; None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - half the cost of Path.stat, once a request
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)
