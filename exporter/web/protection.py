"""TLS, passwords and headers in force: read anew when a file of them changes."""

import logging
import os
import ssl
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
    """What protects the page: `tls` is None where it is served in clear."""

    config: WebConfig
    tls: ssl.SSLContext | None
    passwords: Passwords
    bucket: Bucket

    @property
    def asks_clients(self) -> bool:
        """Say whether a reader has to show a password or a certificate."""
        tls = self.config.tls_server_config
        certified = tls is not None and tls.client_auth_type == "RequireAndVerifyClientCert"
        return self.passwords.needed or certified


class Protection:
    """Keeps the rules of a file up to date; a file that turns bad keeps the old ones."""

    def __init__(self, path: Path | None, executor: Executor) -> None:
        """Read the file, if there is one. Raises SettingsError."""
        self._path, self._executor = path, executor
        self._files: tuple[Path, ...] = ()
        self._rules = self._read()
        self._stamp = self._look()

    def rules(self) -> ProtectionRules:
        """Return the rules in force now."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            self._renew()
        return self._rules

    def _renew(self) -> None:
        files = self._files
        try:
            self._rules = self._read()
        except SettingsError as error:
            once(log, "web.config", f"web configuration refused, the old one stays: {error}")
            return
        finally:
            if files != self._files:
                self._stamp = self._look()
        over(log, "web.config", "web configuration is right again")
        log.info("web configuration read")

    def _read(self) -> ProtectionRules:
        config = load(self._path) if self._path else WebConfig()
        self._files = config.files()
        tls, limit = config.tls_server_config, config.rate_limit
        made = context(tls, self._path) if tls and self._path else None
        for name in _GO_ONLY:
            if tls and getattr(tls, name):
                log.warning("%s: tls_server_config.%s is not used", self._path, name)
        passwords = Passwords(config.basic_auth_users, self._executor)
        return ProtectionRules(config, made, passwords, Bucket(limit.interval, limit.burst))

    def _look(self) -> Stamp:
        """Return what tells one state of the files from another."""
        return tuple(_stamp(path) for path in (self._path, *self._files) if path)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - half the cost of Path.stat, once a request
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)
