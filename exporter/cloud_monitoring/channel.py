"""The one gRPC channel of the process, with Google's credentials or, to a simulator, without."""

from collections.abc import Sequence
from pathlib import Path

import google.auth
import google.auth.exceptions
import google.auth.transport.grpc
import google.auth.transport.requests
import grpc

from exporter.cloud_monitoring.client import LARGEST_RESPONSE
from exporter.cloud_monitoring.points import Raw
from exporter.errors import IonmonError

GOOGLE = "monitoring.googleapis.com:443"
SCOPES = ("https://www.googleapis.com/auth/monitoring.read",)
OPTIONS: Sequence[tuple[str, int]] = (
    ("grpc.max_receive_message_length", LARGEST_RESPONSE),
    ("grpc.keepalive_time_ms", 120_000),
)
_NO_KEY = (ValueError, AttributeError)  # what a file of other JSON makes google.auth raise


class CredentialsMissing(IonmonError):
    """Google's libraries found no credentials."""


def channel(endpoint: str | None, credentials_file: Path | None, *, insecure: bool) -> grpc.Channel:
    """Open the channel. Raises CredentialsMissing, with what to do in three lines."""
    if insecure and endpoint:
        return grpc.insecure_channel(endpoint, options=OPTIONS)
    credentials = _credentials(credentials_file)
    request = google.auth.transport.requests.Request()
    opened: grpc.Channel = google.auth.transport.grpc.secure_authorized_channel(
        credentials, request, endpoint or GOOGLE, options=OPTIONS
    )
    return opened


def _credentials(path: Path | None) -> Raw:
    try:
        if path is not None:
            found, _ = google.auth.load_credentials_from_file(str(path), scopes=SCOPES)
        else:
            found, _ = google.auth.default(scopes=SCOPES)
    except (google.auth.exceptions.GoogleAuthError, OSError, *_NO_KEY) as error:
        where = _unusable(path) if path else "no Google credentials found"
        raise CredentialsMissing(
            f"{where}.\n"
            "On this machine: gcloud auth application-default login. On Google Cloud: attach a "
            "service account with roles/monitoring.viewer.\n"
            "No account at hand? ionmon simulate needs none."
        ) from error
    return found


def _unusable(path: Path) -> str:
    """Say why a named file is no credentials, and where it was named."""
    reason = "it is no key of Google's" if path.exists() else "there is no such file"
    return (
        f"{path}: unusable credentials, {reason}; name another with --google.credentials-file "
        "or google.credentials_file"
    )
