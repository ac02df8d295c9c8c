"""What of a process' log a person needs: its warnings and errors, in a line each.

The programs write logfmt. What is no logfmt, such as the sink's messages, is shown as it is.
"""

import re

from exporter.logs.logfmt import logfmt_fields

_SERIOUS = ("warn", "error", "critical", "crit", "fatal")
_MORE = ("err", "error", "component")
# Of Prometheus: a warning at every end, and nothing to act on.
_USUAL = ("Received SIGTERM",)
_AWAY = re.compile(r"(Alertmanager|Prometheus) 127\.0\.0\.1:\d+: ")
_BACK = " answers again"  # what is away for good ends the stack


def shown(line: str, *, calm: bool, settled: bool = True) -> str | None:
    """Return what is shown of a line; None where nothing is. `calm` programs log only faults.

    settled  whether all servers run; while they start or end, it is no news that one is away
    """
    fields = logfmt_fields(line)
    level, text = fields.get("level", "").lower(), fields.get("msg", "")
    serious = level in _SERIOUS
    if calm and not serious:
        return None
    if not text:
        return line.rstrip() or None
    if text.startswith(_USUAL) or text.endswith(_BACK) or (not settled and _AWAY.match(text)):
        return None
    more = [fields[name] for name in _MORE if fields.get(name) and serious]
    return ": ".join([*([level] if serious else []), text, *more])
