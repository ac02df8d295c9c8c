"""Which secret files each program opens, and the name of each in a store of secrets."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from exporter.settings import Settings
from exporter.settings.addresses import written
from exporter.settings.secrets import SecretFile, SecretReader, secret_files


class SystemProgram(StrEnum):
    """A program of the system."""

    EXPORTER = "exporter"
    BRIDGE = "bridge"
    PROMETHEUS = "prometheus"
    ALERTMANAGER = "alertmanager"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededFile:
    """A file with a secret: its path as the settings write it, its name, and what it holds."""

    path: str
    name: str
    holds: str

    def below(self, folder: str) -> str:
        """Return the absolute path, where a relative one starts from the settings' folder."""
        return self.path if self.path.startswith("/") else f"{folder}/{self.path}"


def needed_files(settings: Settings, reader: SystemProgram) -> tuple[NeededFile, ...]:
    """Return the files that a program opens, each once."""
    names = _names(settings)
    return tuple(
        NeededFile(path=path, name=names[path], holds=holds)
        for path, holds in dict(_opened(settings, reader)).items()
    )


def all_files(settings: Settings) -> tuple[NeededFile, ...]:
    """Return the files that any program opens, each once."""
    found = {file.path: file for reader in SystemProgram for file in needed_files(settings, reader)}
    return tuple(found.values())


def _opened(settings: Settings, reader: SystemProgram) -> Iterator[tuple[str, str]]:
    """Yield the path and the content of each file, as often as the settings name it."""
    if reader is SystemProgram.EXPORTER:
        yield from _of_sources(settings)
    for file in secret_files(settings):
        if reader in _readers(settings, file):
            yield written(file.path), file.content
    at = settings.notifications
    token = at.active_bridge.credentials_file if at.active_bridge else None
    if token is not None and reader in (SystemProgram.BRIDGE, SystemProgram.PROMETHEUS):
        yield str(at.secret(token)), "the token that the bridge requires"
    password = at.email.password_file if at.email else None
    if password is not None and at.digest is not None and reader is SystemProgram.BRIDGE:
        yield str(at.secret(password)), "the password of the user at the mail server"


def _readers(settings: Settings, file: SecretFile) -> tuple[SystemProgram, ...]:
    if file.reader is SecretReader.ALERTMANAGER:
        return (SystemProgram.ALERTMANAGER,)
    if file.path in _of_redis(settings):
        return (SystemProgram.EXPORTER,)
    at = settings.notifications
    if (
        at.sentry is not None
        and at.sentry.own_errors
        and file.path == at.secret(at.sentry.dsn_file)
    ):
        return (SystemProgram.BRIDGE, SystemProgram.EXPORTER)
    return (SystemProgram.BRIDGE,)


def _of_redis(settings: Settings) -> list[Path | None]:
    targets = settings.redis.targets
    return [path for t in targets for path in (t.password_file, t.sentinel_password_file)]


def _of_sources(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield credentials, keys and certificates, which the list of secrets leaves out."""
    if settings.google.credentials_file is not None:
        yield written(settings.google.credentials_file), "Google credentials"
    for target in settings.redis.targets:
        for path, what in (
            (target.ca_file, "the authority"),
            (target.cert_file, "the client certificate"),
            (target.key_file, "the private key"),
        ):
            if path is not None:
                yield written(path), f"{what} for Redis {target.name}"


def _names(settings: Settings) -> dict[str, str]:
    """Return a name for each path: the file's own, or the absolute path where two share that."""
    paths = dict.fromkeys(path for reader in SystemProgram for path, _ in _opened(settings, reader))
    counted = Counter(Path(path).name for path in paths)
    return {
        path: name if counted[name := Path(path).name] == 1 else path.strip("/").replace("/", "-")
        for path in paths
    }
