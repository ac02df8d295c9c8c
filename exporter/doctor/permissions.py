"""The permissions that a Google account needs, and the command that grants them."""

from dataclasses import dataclass

from exporter.catalog.google_access import VIEWER
from exporter.errors import PollError, Reason

# Of Google's sentence on an API that nobody enabled; its code is that of a missing permission.
_DISABLED = ("SERVICE_DISABLED", "has not been used in project", "it is disabled")


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission that is missing on a project."""

    project: str
    permission: str

    def command(self) -> str:
        """Return the command that grants a role with the permission."""
        return (
            f"gcloud projects add-iam-policy-binding {self.project} "
            f"--member=serviceAccount:ACCOUNT --role={VIEWER}"
        )


def is_disabled(error: PollError) -> bool:
    """Return whether a call was refused because the project's API is not enabled."""
    return error.reason is Reason.PERMISSION and any(part in str(error) for part in _DISABLED)


def fix_of_refusal(project: str, permission: str, error: PollError) -> str:
    """Return the command that makes a refused call possible: it enables the API, or grants."""
    if is_disabled(error):
        return f"gcloud services enable monitoring.googleapis.com --project={project}"
    return Grant(project, permission).command()


def fix_of_access(project: str, permission: str, error: PollError) -> str:
    """Return what to do where the first call of all to a project failed, one thing a line."""
    if error.reason is not Reason.PERMISSION:
        return f"To fix it: {fix_of_failure(error)}"
    if is_disabled(error):
        return f"Enable the API: {fix_of_refusal(project, permission, error)}"
    return (
        "Google says the same of a project that does not exist: gcloud projects list\n"
        f"Where the name is right: {fix_of_refusal(project, permission, error)}"
    )


def fix_of_failure(error: PollError) -> str:
    """Return what helps against a failed call, whatever it asked for."""
    return {
        Reason.CREDENTIALS: "gcloud auth application-default login, or attach a service account",
        Reason.UNAVAILABLE: "check the network, a proxy, and google.endpoint",
        Reason.DEADLINE: "check the network, a proxy, and google.endpoint",
        Reason.QUOTA: "wait a minute; lower google.calls_per_minute, or request a higher quota",
        Reason.NOT_FOUND: "check the project's name",
    }.get(error.reason, "wait and try again: https://status.cloud.google.com has incidents")
