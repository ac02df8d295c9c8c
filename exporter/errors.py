"""Every error that this program raises on purpose.

IonmonError                 anything a user can act on; its text has the cause and the fix
├── SettingsError           monitoring.yaml or a flag is wrong; nothing was started
├── StateError              the state file cannot be used
│   ├── StateLocked         another process uses it
│   ├── StateForeign        it is another program's, or from a newer version
│   └── StateUnwritable     it, or its directory, cannot be written
├── PollError               one poll failed, for a Reason; the others are served
└── ToolMissing             a program that this command needs is not on the PATH
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a poll failed: the closed set of values of the label `reason`."""

    PERMISSION = "permission"
    CREDENTIALS = "credentials"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    QUOTA = "quota"
    UNAVAILABLE = "unavailable"
    DEADLINE = "deadline"
    TOO_LARGE = "too_large"
    PARTIAL = "partial"
    MISMATCH = "mismatch"
    STATE = "state"
    INTERNAL = "internal"


class IonmonError(Exception):
    """Anything a user can act on."""


class SettingsError(IonmonError):
    """monitoring.yaml or a flag is wrong."""


class StateError(IonmonError):
    """The state file cannot be used."""


class StateLocked(StateError):
    """Another process uses the state file."""


class StateForeign(StateError):
    """The state file belongs to another program or to a newer version."""


class StateUnwritable(StateError):
    """The state file or its directory cannot be written."""


class PollError(IonmonError):
    """One poll failed; its last delivery stays until it expires."""

    def __init__(self, reason: Reason, text: str) -> None:
        """Keep `reason` for the metric, `text` for the log and the landing page."""
        super().__init__(text)
        self.reason = reason


class ToolMissing(IonmonError):
    """A program that this command needs is not on the PATH."""
