"""Types of flags, so that a value is judged before anything is asked or written."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from exporter.errors import IonmonError
from exporter.settings.addresses import LARGEST_PORT, ListenAddress, WebUrl
from exporter.settings.types import seconds

_DAY = 24 * 60  # minutes
PORT_NUMBER = click.IntRange(0, LARGEST_PORT)


class FlagText(click.ParamType[str]):
    """A text that monitoring.yaml judges alike; a value that may hold a secret is not repeated."""

    def __init__(self, name: str, form: Any, *, repeated: bool = True) -> None:  # noqa: ANN401 - a type of the settings
        """Take the name of such values, and their type in the settings."""
        self.name, self._repeated = name, repeated
        self._judged: Callable[[object], str] = TypeAdapter(form).validate_python

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the text."""
        try:
            return self._judged(value)
        except ValidationError as error:
            text = str(error.errors()[0]["ctx"]["error"])
            self.fail(f"{value!r} {text}" if self._repeated else f"it {text}", param, ctx)


class Duration(click.ParamType[int]):
    """A duration as in monitoring.yaml, in seconds."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return whole seconds."""
        if isinstance(value, int):
            return value
        try:
            return round(seconds(str(value)))
        except ValueError as error:
            self.fail(f"{value!r} {error}", param, ctx)


class Minutes(click.ParamType[int]):
    """Whole minutes from one to a day: a number of them, or a duration as in monitoring.yaml."""

    name = "minutes"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return whole minutes."""
        text = str(value)
        try:
            found = float(text) if text.isascii() and text.isdigit() else seconds(text) / 60
        except ValueError:
            self.fail(f"{text!r}: write minutes as a number, or such as 15m or 1h", param, ctx)
        if not found.is_integer() or not 1 <= found <= _DAY:
            self.fail(f"{text!r}: write whole minutes, from 1 to {_DAY}", param, ctx)
        return int(found)


class NewFile(click.Path):
    """A file that is written at the end of a long task: its directory is looked at before it."""

    def __init__(self) -> None:
        """Accept paths of files."""
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return the path."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"{str(path.parent)!r} is no directory; create it, or name one", param, ctx)
        return path


def write(path: Path, text: str) -> None:
    """Write a file that a flag names. Raises IonmonError."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        reason = f"{path}: cannot be written: {error.strerror}; name another file"
        raise IonmonError(reason) from error


LISTEN = FlagText("address", ListenAddress)
WEB_URL = FlagText("url", WebUrl, repeated=False)
