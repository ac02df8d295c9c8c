"""Why Grafana did not take what was sent, each with how to fix it."""

from exporter.errors import IonmonError


class UploadError(IonmonError):
    """Something was not taken; `about` names it, `status` is Grafana's, 0 where it gave none."""

    def __init__(self, about: str, status: int, text: str) -> None:
        """Keep both for programs; the text is for people."""
        answered = f" (HTTP {status})" if status else ""
        super().__init__(f"{about}: {text}{answered}")
        self.about = about
        self.status = status


class TokenRefused(UploadError):
    """The token is none, is unknown or has expired."""


class PermissionMissing(UploadError):
    """The token's service account may not do this."""


class WrongAddress(UploadError):
    """What answers there is not Grafana's API."""


class ChangedElsewhere(UploadError):
    """Something else is there in the way, or was put there meanwhile."""


class ContentRefused(UploadError):
    """Grafana does not take this dashboard or folder as it is."""


class GrafanaUnavailable(UploadError):
    """Grafana was not reached, or could not do it now."""
