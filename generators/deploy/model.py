"""What a deploy writes, which server reads it, and what became of each step, as frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

# After the name: no `*.yml` or `*.tmpl` takes them.
STAGED, KEPT, THEIRS = ".ionmon-new", ".ionmon-old", ".ionmon-theirs"
_SHORT = 8  # digits of a SHA-256


class ServerKind(StrEnum):
    """What is asked and reloaded."""

    ALERTMANAGER = "alertmanager"
    PROMETHEUS = "prometheus"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """A file as it is to be: its bytes, or None where it has to go."""

    path: Path
    content: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedServer:
    """A server of this machine.

    config         the path of its configuration; None where that file is not written
    rules          the paths of its rule files
    others         paths of other destinations, which are none of its files under another name
    ca_file        the authority of its certificate; None for those of the system
    username       who asks, with the password in `password_file`; empty where it asks for nobody
    """

    kind: ServerKind
    url: str
    reload_command: tuple[str, ...]
    config: Path | None
    rules: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()
    ca_file: Path | None = None
    username: str = ""
    password_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployStep:
    """The files of one server, or of what reads files by itself.

    place  the file or directory that tells it from others of the name: its configuration, where
           that is written, for it names all other files
    """

    name: str
    place: Path
    files: tuple[PlannedFile, ...]
    server: DeployedServer | None = None

    @property
    def contents(self) -> Mapping[Path, bytes | None]:
        """The bytes of each file, None for one that has to go."""
        return {file.path: file.content for file in self.files}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A file that changes: the SHA-256 of what it is and of what it will be; None where none is.

    path  the real path: no symbolic link is replaced
    """

    path: Path
    old: str | None
    new: str | None

    @property
    def staged(self) -> Path:
        """Where the new content waits."""
        return self.path.with_name(f".{self.path.name}{STAGED}")

    @property
    def kept(self) -> Path:
        """Where the old file is kept until everything is verified."""
        return self.path.with_name(f".{self.path.name}{KEPT}")

    def theirs(self, digest: str) -> Path:
        """Return where what somebody else wrote is kept; each content has a name of its own."""
        return self.path.with_name(f"{self.path.name}{THEIRS}-{digest[:_SHORT]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRule:
    """A rule: as a rule file has it, or as a server has loaded it; times are seconds."""

    file: str
    group: str
    name: str
    query: str
    alerting: bool
    for_: float = 0
    keep_firing_for: float = 0
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleHealth:
    """How a rule's last evaluation went: ok, err, or unknown before the first one."""

    rule: LoadedRule
    health: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """What a server says of itself.

    config       its configuration in force, as it writes it
    config_hash  Alertmanager's number for the bytes of its configuration file
    reloaded_at  when it last took files, in Unix seconds by its own clock
    reload_ok    whether its last reload succeeded
    """

    config: str
    reloaded_at: float
    reload_ok: bool
    config_hash: float | None = None
    rules: tuple[RuleHealth, ...] = ()


class StepOutcome(StrEnum):
    """What became of a step."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step, what became of it, and what a reader should know of it."""

    step: str
    outcome: StepOutcome
    text: str
