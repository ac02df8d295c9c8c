"""The targets' files of a settings file, made once for all tests."""

from functools import cache
from pathlib import Path

from exporter.settings import load
from exporter.settings.document import read
from generators.deployment_targets.build import TARGETS
from generators.deployment_targets.model import DEPLOY, ChosenTargets
from generators.files import USUAL
from tests.generators.generated import texts

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "examples" / "reference.yaml"
FULL = ROOT / "tests" / "data" / "settings" / "good" / "full.yaml"
EXAMPLE = ROOT / "examples" / "monitoring.yaml"
EVERY = {path.stem: path for path in (REFERENCE, FULL, EXAMPLE)}


@cache
def everything(path: Path = REFERENCE, names: tuple[str, ...] = tuple(TARGETS)) -> dict[str, str]:
    """Return every generated file with these targets."""
    chosen = ChosenTargets(names=names, document=read(path).content)
    return texts(load(path), USUAL, targets=chosen)


def deployed(name: str, path: Path = REFERENCE) -> dict[str, str]:
    """Return the files of a target, by their path in its folder."""
    start = f"{DEPLOY}/{name}/"
    # Of other settings the one target alone: some refuse what another takes, such as TLS.
    found = (everything() if path == REFERENCE else everything(path, (name,))).items()
    return {at.removeprefix(start): text for at, text in found if at.startswith(start)}
