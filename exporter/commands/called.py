"""How this program was called, so that a command that is printed runs as it stands."""

import shutil
import sys
from pathlib import Path

NAME = "ionmon"


def program() -> str:
    """Return the program as it was typed: ionmon where the PATH has it, else such as a/b/ionmon."""
    typed = sys.argv[0]
    if Path(typed).name != NAME or shutil.which(NAME) == typed:
        return NAME
    return typed
