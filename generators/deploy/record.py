"""What deploys wrote, by destination: nothing that another destination has is ever removed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generators.deploy.model import DeployStep
from generators.deploy.placing import real

VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationFiles:
    """What was written for one destination: the SHA-256 of each file by its path.

    step   the step's name
    url    the server's address, empty where none reads the files
    place  the file or directory that tells it from others of the step
    """

    step: str
    url: str
    place: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedRecord:
    """What was deployed last, by destination.

    configs  the paths among them that a server was started with: no deploy removes these
    """

    version: int = VERSION
    files: tuple[DestinationFiles, ...] = ()
    configs: tuple[str, ...] = ()

    def known(self, path: Path) -> str | None:
        """Return what a deploy wrote to a path last, None where none has written there."""
        return next((of.files[str(path)] for of in self.files if str(path) in of.files), None)

    def own(self, step: DeployStep) -> frozenset[Path]:
        """Return the paths that were written for a step's destination, and for no other."""
        mine = frozenset(path for path, of in self._paths() if _is_of(step, of, path))
        return mine - self.others(step)

    def others(self, step: DeployStep) -> frozenset[Path]:
        """Return the paths that were written for other destinations."""
        return frozenset(path for path, of in self._paths() if not _is_of(step, of, path))

    def left(self, step: DeployStep) -> frozenset[Path]:
        """Return the paths of other destinations that a reader might take for the step's."""
        near = (
            path
            for path, of in self._paths()
            if of.step == step.name
            and not _is_of(step, of, path)
            and (of.url == url_of(step) or path.parent in _directories(step))
        )
        return frozenset(near)

    def _paths(self) -> Iterator[tuple[Path, DestinationFiles]]:
        for of in self.files:
            for path in of.files:
                yield real(Path(path)), of


def is_same(step: DeployStep, of: DestinationFiles) -> bool:
    """Return whether files were written for the very destination of a step."""
    return (of.step, of.url, of.place) == (step.name, url_of(step), str(real(step.place)))


def url_of(step: DeployStep) -> str:
    """Return the address of a step's server, empty without one."""
    return step.server.url if step.server is not None else ""


def _is_of(step: DeployStep, of: DestinationFiles, path: Path) -> bool:
    """Return whether a file is of a step's destination, or of its server and in its directory."""
    near = (of.step, of.url) == (step.name, url_of(step)) and path.parent in _directories(step)
    return near or is_same(step, of)


def _directories(step: DeployStep) -> frozenset[Path]:
    return frozenset(real(file.path).parent for file in step.files)
