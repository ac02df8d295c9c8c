"""Git, asked for what it keeps of a root: whether it tracks a file, and files of a revision."""

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from exporter.errors import ToolMissing
from generators.versions.recorded import VersionError


def tracks(root: Path, name: str) -> bool:
    """Say whether git tracks a file below a root; it does not where there is no git."""
    try:
        return _git(root, "ls-files", "--error-unmatch", "--", name).returncode == 0
    except ToolMissing:
        return False


def commit(root: Path, revision: str) -> str:
    """Return the commit that a revision means. Raises VersionError, ToolMissing."""
    text = f"{revision}^{{commit}}"
    done = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", text)
    if done.returncode:
        if _git(root, "rev-parse", "--git-dir").returncode:
            raise VersionError(f"{root}: is in no git repository; name a folder or a hash")
        fault = f"{root}: git knows no revision '{revision}'"
        raise VersionError(f"{fault}; git -C {root} log --oneline lists them")
    return done.stdout.decode().strip()


def read(root: Path, commit_: str, names: Iterable[str]) -> dict[str, bytes]:
    """Return the files of a commit that are there, by their paths below the root."""
    listed = tuple(names)
    lines = "".join(f"{commit_}:./{name}\n" for name in listed)
    done = _git(root, "cat-file", "--batch", given=lines.encode())
    if done.returncode:
        raise VersionError(f"{root}: git cat-file: {done.stderr.decode(errors='replace').strip()}")
    found = zip(listed, _contents(done.stdout), strict=True)
    return {name: content for name, content in found if content is not None}


def _contents(output: bytes) -> Iterator[bytes | None]:
    """Yield each file of `git cat-file --batch`; None where the commit has none, or a folder."""
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        head, at = output[at:end].split(b" "), end + 1
        if head[-1] == b"missing":
            yield None
            continue
        size = int(head[-1])
        yield output[at : at + size] if head[-2] == b"blob" else None
        at += size + 1


def _git(root: Path, *words: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    command = ["git", "-C", str(root), *words]
    try:
        return subprocess.run(command, input=given, capture_output=True, check=False)  # noqa: S603 - revisions stand behind --end-of-options, names behind a commit
    except FileNotFoundError as error:
        raise ToolMissing("git is not on the PATH; install it, or name a folder") from error
