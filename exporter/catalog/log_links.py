"""Where Cloud Logging has the lines of what alerts are about: its address, resources and labels."""

ADDRESS = "https://console.cloud.google.com/logs/query;query="
# A label of alerts, the resource that it names, and how that resource calls the region.
RESOURCES = (
    ("service_name", "cloud_run_revision", "location"),
    ("database_id", "cloudsql_database", "region"),
)
STAMP = "%Y-%m-%dT%H:%M:%SZ"
# Seconds of log lines that are shown: before the beginning, which a source's delay makes late, and
# from it on.
BEFORE, AFTER = 900, 2700
# Characters of any link, to the logs or elsewhere: servers take 8 KiB of a request's first line. A
# label's value has any length; a longer link is left out.
LONGEST_LINK = 6_000
