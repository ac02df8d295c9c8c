"""The permissions that a Google account needs, and the command that grants them."""

from dataclasses import dataclass

ROLE = "roles/monitoring.viewer"
LIST_SERIES = "monitoring.timeSeries.list"
LIST_DESCRIPTORS = "monitoring.metricDescriptors.list"


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission that is missing on a project."""

    project: str
    permission: str

    def command(self) -> str:
        """Return the command that grants a role with the permission."""
        return (
            f"gcloud projects add-iam-policy-binding {self.project} "
            f"--member=serviceAccount:ACCOUNT --role={ROLE}"
        )
