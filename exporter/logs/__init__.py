"""Logs: lines without secrets, one for each fault of a poll, and how to read those of others.

A module writes `log = logs.logger("poller")` and `log.warning("failed", extra=fields(metric=m))`.
"""

from exporter.logs.lines import LEVELS, ROOT, fields, log_uncaught, logger, once, over, setup

__all__ = ["LEVELS", "ROOT", "fields", "log_uncaught", "logger", "once", "over", "setup"]
