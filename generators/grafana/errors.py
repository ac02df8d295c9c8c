"""Why an upload failed; each message has its fix."""

from exporter.errors import IonmonError


class UploadError(IonmonError):
    """An upload that failed; `about` names it, `status` is Grafana's, or 0 without an answer."""

    def __init__(self, about: str, status: int, text: str) -> None:
        """Keep both for programs; the text is for people."""
        answered = f" (HTTP {status})" if status else ""
        super().__init__(f"{about}: {text}{answered}")
        self.about = about
        self.status = status


class TokenRefused(UploadError):
    """The token is malformed, unknown or expired."""


class PermissionMissing(UploadError):
    """The token's service account may not do this."""


class WrongAddress(UploadError):
    """The address is not that of Grafana's API."""


class ChangedElsewhere(UploadError):
    """Another dashboard or folder conflicts, or was changed meanwhile."""


class ContentRefused(UploadError):
    """Grafana refuses this dashboard or folder as it is."""


class GrafanaUnavailable(UploadError):
    """Grafana cannot be reached, or is temporarily unavailable."""
