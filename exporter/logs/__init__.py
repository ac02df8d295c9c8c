"""Logs: lines without secrets, and how to read logfmt; other packages import from here.

A module writes `log = logs.logger("poller")` and `log.warning("failed", extra=fields(metric=m))`.
"""

from exporter.logs.lines import LEVELS, ROOT, fields, log_uncaught, logger, once, over, setup
from exporter.logs.redaction import conceal

__all__ = ["LEVELS", "ROOT", "conceal", "fields", "log_uncaught", "logger", "once", "over", "setup"]
