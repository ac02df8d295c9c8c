"""What an account may do at Google, by feature: the permissions that are used, and no more."""

from dataclasses import dataclass

LIST_SERIES = "monitoring.timeSeries.list"
LIST_DESCRIPTORS = "monitoring.metricDescriptors.list"
VIEWER = "roles/monitoring.viewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleAccess:
    """What a feature needs.

    permissions  those that calls of the feature are checked for
    role         the smallest role of Google's with all of them
    is_narrow    whether that role allows nothing else that matters, so that it needs no replacement
    account      whose it is
    where        what it is granted on
    """

    feature: str
    permissions: tuple[str, ...]
    role: str
    is_narrow: bool
    account: str
    where: str
    why: str


ACCESS = (
    GoogleAccess(
        feature="read",
        permissions=(LIST_SERIES, LIST_DESCRIPTORS),
        role=VIEWER,
        is_narrow=False,
        account="the exporter's",
        where="each project of `google.projects`; of a metrics scope the scoping project alone",
        why="`ionmon run`, `init`, `doctor`, `estimate` and `backfill` read series and descriptors",
    ),
    GoogleAccess(
        feature="log_metrics",
        permissions=(
            "logging.logMetrics.create",
            "logging.logMetrics.get",
            "logging.logMetrics.list",
            "logging.logMetrics.update",
        ),
        role="roles/logging.configWriter",
        is_narrow=False,
        account="whoever runs `examples/log_metrics/create.sh`",
        where="the project of the application",
        why="`application.road: logs` needs log-based metrics; reading them is `read`",
    ),
    GoogleAccess(
        feature="managed_prometheus",
        permissions=("monitoring.timeSeries.create",),
        role="roles/monitoring.metricWriter",
        is_narrow=True,
        account="the application's",
        where="the project of the application",
        why="`application.road: managed_prometheus`: its sidecar writes the samples",
    ),
    GoogleAccess(
        feature="secrets",
        permissions=("secretmanager.versions.access",),
        role="roles/secretmanager.secretAccessor",
        is_narrow=True,
        account="the exporter's",
        where="each secret, never the project",
        why="on Cloud Run, files such as a Redis password are mounted from Secret Manager",
    ),
)
