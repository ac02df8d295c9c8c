"""The gRPC channel of the process: with Google's credentials, without them to a simulator."""

from collections.abc import Sequence
from pathlib import Path

import google.auth
import google.auth.exceptions
import google.auth.transport.grpc
import google.auth.transport.requests
import grpc

from exporter.cloud_monitoring.client import MAX_RESPONSE
from exporter.cloud_monitoring.points import Raw
from exporter.errors import IonmonError

GOOGLE = "monitoring.googleapis.com:443"
SCOPES = ("https://www.googleapis.com/auth/monitoring.read",)
OPTIONS: Sequence[tuple[str, int]] = (
    ("grpc.max_receive_message_length", MAX_RESPONSE),
    ("grpc.keepalive_time_ms", 120_000),
)
_NO_KEY = (ValueError, AttributeError)  # raised by google.auth for other JSON files


class CredentialsMissing(IonmonError):
    """Google's libraries found no credentials."""


def channel(endpoint: str | None, credentials_file: Path | None, *, insecure: bool) -> grpc.Channel:
    """Open the channel. Raises CredentialsMissing, whose text has the fix in three lines."""
    if insecure and endpoint:
        return grpc.insecure_channel(endpoint, options=OPTIONS)
    credentials, _ = _credentials(credentials_file)
    request = google.auth.transport.requests.Request()
    opened: grpc.Channel = google.auth.transport.grpc.secure_authorized_channel(
        credentials, request, endpoint or GOOGLE, options=OPTIONS
    )
    return opened


def project_of_credentials(credentials_file: Path | None) -> str | None:
    """Return the project that the credentials are of, where they say so.

    Raises CredentialsMissing.
    """
    _, project = _credentials(credentials_file)
    return str(project) if project else None


def _credentials(path: Path | None) -> tuple[Raw, Raw]:
    """Return the credentials and their project."""
    try:
        if path is not None:
            found = google.auth.load_credentials_from_file(str(path), scopes=SCOPES)
        else:
            found = google.auth.default(scopes=SCOPES)
    except (google.auth.exceptions.GoogleAuthError, OSError, *_NO_KEY) as error:
        where = _unusable(path) if path else "no Google credentials found"
        raise CredentialsMissing(
            f"{where}.\n"
            "On this machine: gcloud auth application-default login. On Google Cloud: attach a "
            "service account with roles/monitoring.viewer.\n"
            "Without an account: ionmon simulate."
        ) from error
    credentials, project = found
    return credentials, project


def _unusable(path: Path) -> str:
    """Return why a configured file is unusable, and where it is configured."""
    reason = "not a Google key" if path.exists() else "no such file"
    return (
        f"{path}: unusable credentials, {reason}; set another with --google.credentials-file "
        "or google.credentials_file"
    )
