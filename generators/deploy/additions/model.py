"""What is to be added to a file, and what only its owner can decide."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Insertion:
    """Items for the list below a path of keys, or a value for a key that is not there.

    first  whether the items come before those that are there
    """

    path: tuple[str, ...]
    value: Any
    first: bool = False


@dataclass(frozen=True, slots=True)
class Additions:
    """What to add; `conflicts` are in its way, `notes` say what else there is to do."""

    insertions: tuple[Insertion, ...] = ()
    conflicts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
