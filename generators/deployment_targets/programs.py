"""The command lines of the system's programs, with the flags on which promises depend."""

from dataclasses import dataclass

from exporter.catalog.prometheus_flags import Flag
from exporter.settings import Settings
from generators.alertmanager.build import RECORDER_FLAG
from generators.alertmanager.plan import is_recorded
from generators.prometheus import longterm_flags, main_flags

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPaths:
    """Where a server finds its program and configuration, and where it writes.

    listen  HOST:PORT, or empty for the server's default
    """

    program: str
    config: str
    data: str
    listen: str = ""


def exporter(ionmon: str, settings_file: str) -> Words:
    """Return the command line of the exporter."""
    return (ionmon, "run", f"--config={settings_file}")


def bridge(ionmon: str, settings_file: str, *more: str) -> Words:
    """Return the command line of the bridge."""
    return (ionmon, "bridge", f"--config={settings_file}", *more)


def prometheus(settings: Settings, paths: ServerPaths) -> Words:
    """Return the command line of the server that scrapes and alerts."""
    return _prometheus(main_flags(settings), paths)


def longterm(paths: ServerPaths) -> Words:
    """Return the command line of the server that keeps 90 days."""
    return _prometheus(longterm_flags(), paths)


def _prometheus(found: tuple[Flag, ...], paths: ServerPaths) -> Words:
    """Return a command line with every flag, those that are the default too: it is read alone."""
    return (
        paths.program,
        f"--config.file={paths.config}",
        f"--storage.tsdb.path={paths.data}",
        *(flag.argument for flag in found),
        *_listening(paths),
    )


def alertmanager(settings: Settings, paths: ServerPaths) -> Words:
    """Return the command line of Alertmanager; one that is alone opens no port for a cluster."""
    url, alone = settings.links.alertmanager, len(settings.prometheus.alertmanagers) == 1
    return (
        paths.program,
        f"--config.file={paths.config}",
        f"--storage.path={paths.data}",
        *((f"--web.external-url={url}",) if url else ()),
        *_listening(paths),
        *(("--cluster.listen-address=",) if alone else ()),
        *((RECORDER_FLAG,) if is_recorded(settings) else ()),
    )


def _listening(paths: ServerPaths) -> Words:
    return (f"--web.listen-address={paths.listen}",) if paths.listen else ()
