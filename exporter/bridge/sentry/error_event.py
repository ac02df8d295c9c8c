"""What Sentry shows of an unexpected error of ionmon itself: where it happened, and no values."""

import logging
from collections.abc import Iterator
from traceback import walk_tb
from types import TracebackType
from typing import Any
from uuid import uuid4

from exporter import __version__
from exporter.bridge.sentry.alert_event import LONGEST_MESSAGE, tag_value
from exporter.bridge.sentry.envelope import CLIENT, Body
from exporter.bridge.webhook import cleaned
from exporter.logs.redaction import redacted

MOST_FRAMES, MOST_CAUSES = 50, 5
_OWN = ("exporter", "generators")


def error_event(record: logging.LogRecord, error: BaseException, environment: str) -> Body:
    """Return the event of a log record with an error.

    Frames have names and lines; values of variables could be secrets, and are left out.
    """
    chain = list(_causes(error))
    return {
        "event_id": uuid4().hex,
        "timestamp": record.created,
        "platform": "python",
        "logger": record.name,
        "level": "fatal" if record.levelno >= logging.CRITICAL else "error",
        "environment": environment,
        "release": f"{CLIENT}@{__version__}",
        "logentry": {"formatted": _shown(record.getMessage())},
        "tags": {"thread": tag_value(record.threadName or "")},
        "exception": {"values": [_exception(one) for one in reversed(chain)]},
    }


def ungrouped(error: BaseException) -> BaseException:
    """Return an error, or the first of a group, which says only that tasks failed."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what caused it, innermost last."""
    found: BaseException | None = error
    for _ in range(MOST_CAUSES):
        if found is None:
            return
        found = ungrouped(found)
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _exception(error: BaseException) -> dict[str, Any]:
    return {
        "type": type(error).__name__,
        "module": type(error).__module__,
        "value": _shown(str(error)),
        "stacktrace": {"frames": list(_frames(error.__traceback__))[-MOST_FRAMES:]},
    }


def _frames(trace: TracebackType | None) -> Iterator[dict[str, Any]]:
    for frame, line in walk_tb(trace):
        module = str(frame.f_globals.get("__name__", ""))
        yield {
            "module": module,
            "function": frame.f_code.co_name,
            "filename": module.replace(".", "/") + ".py",
            "lineno": line,
            "in_app": module.partition(".")[0] in _OWN,
        }


def _shown(text: str) -> str:
    return cleaned(redacted(text))[:LONGEST_MESSAGE]
