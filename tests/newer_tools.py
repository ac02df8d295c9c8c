"""The checkers of newer servers, where somebody has them: `make newer`."""

from pathlib import Path


def by_version(tool: str, folder: str | None) -> dict[str, str]:
    """Return the programs TOOL-VERSION of a folder, by version; none without a folder."""
    found = sorted(Path(folder).absolute().glob(f"{tool}-*")) if folder else []
    return {path.name.removeprefix(f"{tool}-"): str(path) for path in found}
