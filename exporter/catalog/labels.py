"""The labels that several products share, each with its meaning."""

from exporter.catalog.model import Label

PROJECT = Label("gcp_project", "Google Cloud project")
# Where a source has its project: the monitored resources of user-defined types have the second.
ORIGINS_OF_PROJECT = ("resource.project_id", "resource.resource_container")
REGION = Label("region", "Google Cloud region")
SERVICE = Label("service_name", "Cloud Run service")
REVISION = Label("revision_name", "revision of the service")
JOB = Label("job_name", "Cloud Run job")
DATABASE = Label("database_id", "Cloud SQL instance, as project:instance")
INSIGHTS_DATABASE = Label("database", "database inside the Cloud SQL instance")
CODE_CLASS = Label(
    "response_code_class",
    "class of the HTTP status code",
    ("1xx", "2xx", "3xx", "4xx", "5xx"),
)
CONTAINER = Label("container_name", "container of the instance")
REDIS = Label("redis_id", "Redis instance, cluster or target")
REDIS_ROLE = Label("role", "replication role", ("primary", "replica"))
REDIS_COMMAND = Label("cmd", "Redis command")
URL_MAP = Label("url_map_name", "URL map of the load balancer")
BACKEND = Label("backend_target_name", "backend service of the load balancer")
FAMILY = Label("family", "exported family")
COLLECTOR = Label("collector", "collector: cloud_monitoring, redis, application")
POLL = Label("poll", "what is polled: a metric of a project, or a Redis target")
ENDPOINT = Label("endpoint", "route template of the request, never the raw path")
METHOD = Label("method", "HTTP method; other, where it is not a common one")
APPLICATION = Label("application", "application, by the name configured in its recorder")
