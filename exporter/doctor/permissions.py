"""What a Google account must be allowed for each product, and the commands that allow it."""

from dataclasses import dataclass

ROLE = "roles/monitoring.viewer"
LIST_SERIES = "monitoring.timeSeries.list"
LIST_DESCRIPTORS = "monitoring.metricDescriptors.list"


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission that is missing on a project, and what grants it."""

    project: str
    permission: str

    def command(self) -> str:
        """Return the command that grants the role that holds the permission."""
        return (
            f"gcloud projects add-iam-policy-binding {self.project} "
            f"--member=serviceAccount:ACCOUNT --role={ROLE}"
        )
