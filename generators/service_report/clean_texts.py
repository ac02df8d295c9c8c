"""Makes every text of a report fit to be shown, once for all formats.

Texts are from servers and from people: an escape sequence would steer a terminal, a right-to-left
override would turn a line around, and a lone surrogate can be written to no file.
"""

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, cast

from exporter.summary.label_text import without_controls

Found = TypeVar("Found")


def cleaned(report: Found) -> Found:
    """Return a report, or a part of one, with all its texts without control characters."""
    found: Any = report
    if isinstance(found, str) and not isinstance(found, Enum):
        found = without_controls(found)
    elif type(found) is tuple:
        found = tuple(map(cleaned, found))
    elif is_dataclass(found) and not isinstance(found, type):
        values = {one.name: getattr(found, one.name) for one in fields(found) if one.init}
        found = replace(found, **{name: cleaned(value) for name, value in values.items()})
    return cast("Found", found)
