"""Writes the first monitoring.yaml whole or not at all."""

import os
import tempfile
from pathlib import Path

from exporter.errors import IonmonError
from exporter.settings import load


def write_settings(path: Path, text: str, *, force: bool) -> None:
    """Write the file in one step, if it reads as settings. Raises IonmonError."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".ionmon-", suffix=".yaml")
    except OSError as error:
        raise _unwritable(path, error) from error
    staged = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        load(staged)
        staged.chmod(0o644)
        if force:
            staged.replace(path)
        else:
            os.link(staged, path)  # fails where a file has come into being meanwhile
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        staged.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> IonmonError:
    return IonmonError(f"{path}: cannot be written: {error.strerror}; name another with --output")
