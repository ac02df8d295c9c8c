"""Logs to standard error: one line per record, as logfmt or JSON, without known secrets."""

import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType

from exporter.logs.redaction import redacted

ROOT = "ionmon"
LEVELS: Mapping[str, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
}
_NAMES = {logging.WARNING: "warn"}
_BARE = re.compile(r"[!#-<>-~]+")
_KEY = re.compile(r"[^A-Za-z0-9_]")
_OWN = ("ts", "level", "logger", "msg", "exception")

_warned: dict[tuple[str, str], str] = {}
_warned_lock = threading.Lock()


def logger(name: str) -> logging.Logger:
    """Return the logger of a part of the program: poller, web, redis."""
    return logging.getLogger(f"{ROOT}.{name}")


def fields(**values: object) -> dict[str, dict[str, object]]:
    """Return what to pass as `extra`, so that a line carries `values` beside its message."""
    return {"fields": values}


def setup(level: str = "info", form: str = "logfmt") -> None:
    """Log to standard error from `level` on; libraries from warn on.

    `form` is logfmt or json. A second call replaces the first.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(_FORMS[form]))
    handler.set_name(ROOT)
    root = logging.getLogger()
    for previous in [h for h in root.handlers if h.get_name() == ROOT]:
        root.removeHandler(previous)
    root.addHandler(handler)
    logging.getLogger(ROOT).setLevel(LEVELS[level])
    logging.captureWarnings(capture=True)
    # Else logging prints its own faults with the record's arguments, which may be secrets.
    logging.raiseExceptions = False


def log_uncaught() -> None:
    """Log an error that ends the process or a thread: Python's own output could show secrets."""
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def once(log: logging.Logger, key: str, message: str, **values: object) -> None:
    """Warn, unless the last message of this logger and `key` was the same."""
    with _warned_lock:
        known = _warned.get((log.name, key)) == message
        _warned[log.name, key] = message
    if not known:
        log.warning("%s", message, extra=fields(**values))


def over(log: logging.Logger, key: str, message: str, **values: object) -> None:
    """Log that the fault which `once` warned of under `key` is over; silent without a warning."""
    with _warned_lock:
        warned = _warned.pop((log.name, key), None) is not None
    if warned:
        log.info("%s", message, extra=fields(**values))


class Lines(logging.Formatter):
    """Formats a record as one line; logging's handlers require the base class."""

    def __init__(self, form: Callable[[dict[str, object]], str]) -> None:
        """Take `form`, which writes the values of a line."""
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without the line break."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "ts": when.replace("+00:00", "Z"),
            "level": _NAMES.get(record.levelno, record.levelname.lower()),
            "logger": record.name.removeprefix(f"{ROOT}."),
            "msg": redacted(_message(record)),
        }
        for name, value in getattr(record, "fields", {}).items():
            key = _KEY.sub("_", name)
            line[f"{key}_" if key in _OWN else key] = _clean(value)
        if record.exc_info:
            line["exception"] = redacted(self.formatException(record.exc_info))
        return self._form(line)


def _message(record: logging.LogRecord) -> str:
    """Return the record's text, even where its arguments do not fit its format."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args}"


def _clean(value: object) -> object:
    """Return numbers and booleans as they are, everything else as text without secrets."""
    return value if isinstance(value, bool | int | float) else redacted(str(value))


def _logfmt(line: dict[str, object]) -> str:
    return " ".join(f"{key}={_logfmt_value(value)}" for key, value in line.items())


def _logfmt_value(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if _BARE.fullmatch(text) else _printable(json.dumps(text, ensure_ascii=False))


def _json(line: dict[str, object]) -> str:
    finite = {k: str(v) if isinstance(v, float) and v - v != 0 else v for k, v in line.items()}
    return _printable(json.dumps(finite, ensure_ascii=False))


def _printable(quoted: str) -> str:
    """Escape line breaks, terminal controls and what cannot be encoded, as JSON does."""
    if quoted.isprintable():
        return quoted
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in quoted)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logger("main").critical("stopped by a defect", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        trace = (args.exc_type, args.exc_value, args.exc_traceback)
        name = args.thread.name if args.thread else "unknown"
        logger("main").critical(
            "a thread was stopped by a defect", exc_info=trace, extra=fields(thread=name)
        )


_FORMS: Mapping[str, Callable[[dict[str, object]], str]] = {"logfmt": _logfmt, "json": _json}
