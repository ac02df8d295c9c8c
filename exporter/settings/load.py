"""The settings in force: flags, then the environment, then monitoring.yaml.

This is the only module that reads the environment.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from exporter.errors import SettingsError
from exporter.settings.document import SettingsDocument, Tree, read
from exporter.settings.keys import keys
from exporter.settings.model import Settings
from exporter.settings.positions import Loc, Position, refusal
from exporter.settings.problems import problems
from exporter.settings.types import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Values of flags; None, False and () are flags that are not set.

    Relative paths are relative to the working directory, as with any command.
    """

    projects: tuple[str, ...] = ()
    endpoint: str | None = None
    insecure: bool = False
    credentials_file: Path | None = None
    listen: tuple[str, ...] = ()
    telemetry_path: str | None = None
    web_config_file: Path | None = None
    enable_lifecycle: bool = False
    state_file: Path | None = None
    journal_file: Path | None = None
    log_level: str | None = None
    log_format: str | None = None


_FLAGS: tuple[tuple[str, str, tuple[str, str]], ...] = (
    ("projects", "--project", ("google", "projects")),
    ("endpoint", "--google.endpoint", ("google", "endpoint")),
    ("insecure", "--google.insecure", ("google", "insecure")),
    ("credentials_file", "--google.credentials-file", ("google", "credentials_file")),
    ("listen", "--web.listen-address", ("web", "listen")),
    ("telemetry_path", "--web.telemetry-path", ("web", "telemetry_path")),
    ("web_config_file", "--web.config.file", ("web", "config_file")),
    ("enable_lifecycle", "--web.enable-lifecycle", ("web", "enable_lifecycle")),
    ("state_file", "--storage.state-file", ("storage", "state_file")),
    ("journal_file", "--storage.journal-file", ("storage", "journal_file")),
    ("log_level", "--log.level", ("log", "level")),
    ("log_format", "--log.format", ("log", "format")),
)


def load(path: Path | None = None, overrides: Overrides = Overrides()) -> Settings:
    """Return the settings of `path`, else of IONMON_CONFIG, else of flags and defaults alone.

    Raises SettingsError that lists every problem, one a line.
    """
    path = path or config_file()
    document = read(path) if path is not None else SettingsDocument("settings", {}, {})
    for flag, loc, value in _set_flags(overrides):
        document = _with(document, Position(flag), loc, value)
    document = _with_project(document)
    return _validated(document, path.absolute().parent if path is not None else Path.cwd())


def config_file() -> Path | None:
    """Return the path in IONMON_CONFIG, or None."""
    text = _environment("IONMON_CONFIG")
    return Path(text) if text else None


def no_color() -> bool:
    """Return whether NO_COLOR requests plain text: https://no-color.org."""
    return _environment("NO_COLOR") is not None


def is_run_by_make() -> bool:
    """Return whether a Makefile started this program: make counts its levels."""
    return _environment("MAKELEVEL") is not None


def default_state_file(settings: Settings) -> Path:
    """Return the state file to use where `storage.state_file` is not configured.

    The name contains a digest of projects and endpoint, so that exporters of different projects do
    not share one file. systemd's StateDirectory comes before the user's own state directory.
    """
    read_from = "\n".join((settings.google.endpoint or "", *sorted(settings.google.called)))
    digest = hashlib.sha256(read_from.encode()).hexdigest()[:12]
    return _state_directory() / f"counters-{digest}.sqlite"


def state_file(settings: Settings) -> Path:
    """Return the exporter's state file: as configured, else the default one."""
    return settings.storage.state_file or default_state_file(settings)


def journal_file(settings: Settings) -> Path:
    """Return the bridge's journal: as configured, else in the default directory of state files."""
    return settings.storage.journal_file or _state_directory() / "journal.sqlite"


def deploy_directory(settings: Settings) -> Path:
    """Return where a deploy keeps its record: as configured, else in the state directory."""
    return settings.deploy.state_directory or _state_directory() / "deploy"


def cache_directory() -> Path | None:
    """Return the directory for what can be made again; None for a user without a home."""
    own = Path(_environment("XDG_CACHE_HOME") or "")
    if own.is_absolute():
        return own / "ionmon"
    try:
        return Path.home() / ".cache" / "ionmon"
    except RuntimeError:
        return None


def _state_directory() -> Path:
    by_systemd = (_environment("STATE_DIRECTORY") or "").split(":")[0]
    if by_systemd:
        return Path(by_systemd)
    own = Path(_environment("XDG_STATE_HOME") or "")
    if own.is_absolute():
        return own / "ionmon"
    try:
        return Path.home() / ".local" / "state" / "ionmon"
    except RuntimeError as error:
        raise SettingsError(
            "this user has no home directory; set storage.state_file, and storage.journal_file for "
            "the bridge, deploy.state_directory for a deploy"
        ) from error


def _environment(name: str) -> str | None:
    """Return a variable, or None where it is unset or empty."""
    return os.environ.get(name) or None  # noqa: TID251 - the only line that reads it


def _set_flags(overrides: Overrides) -> Iterator[tuple[str, Loc, Tree]]:
    """Yield the flags that are set, in the form of the file."""
    for name, flag, loc in _FLAGS:
        value = getattr(overrides, name)
        if value not in (None, False, ()):
            yield flag, loc, _plain(value)


def _plain(value: object) -> Tree:
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return value if isinstance(value, bool) else str(value)


def _with_project(document: SettingsDocument) -> SettingsDocument:
    """Add GOOGLE_CLOUD_PROJECT where neither a flag nor the file names a project or a scope."""
    project, section = _environment("GOOGLE_CLOUD_PROJECT"), document.content.get("google", {})
    if project is None or not isinstance(section, dict):
        return document
    if section.get("projects") or section.get("scope"):
        return document
    position = Position("GOOGLE_CLOUD_PROJECT")
    return _with(document, position, ("google", "projects"), [project])


def _with(
    document: SettingsDocument, position: Position, loc: Loc, value: Tree
) -> SettingsDocument:
    """Return the document with another value; a section that is none stays, and is reported."""
    section, name = str(loc[0]), str(loc[1])
    old = document.content.get(section, {})
    if not isinstance(old, dict):
        return document
    kept = {at: known for at, known in document.positions.items() if at[: len(loc)] != loc}
    return replace(
        document,
        content={**document.content, section: {**old, name: value}},
        positions={**kept, loc: position},
    )


def _validated(document: SettingsDocument, directory: Path) -> Settings:
    try:
        settings = Settings.model_validate(document.content, context=Origin(directory))
    except ValidationError as error:
        found = [*document.problems, *problems(error, document, keys(Settings))]
    else:
        if not document.problems:
            return settings
        found = list(document.problems)
    # Raised out here: pydantic's error contains the values, which may be secrets.
    raise refusal(found)
