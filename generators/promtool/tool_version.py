"""The version of a tool that is on the PATH."""

import re
import subprocess
from functools import cache

_NUMBER = re.compile(r"version (\d+\.\d+(?:\.\d+)?)")


@cache
def version(program: str) -> str:
    """Return what a tool prints of its version, with the build."""
    done = subprocess.run(  # noqa: S603 - a program from the PATH, our own arguments
        [program, "--version"], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def number(program: str) -> str | None:
    """Return the version; a build of one's own may have none, and is taken for the newest."""
    match = _NUMBER.search(version(program))
    return match[1] if match else None
