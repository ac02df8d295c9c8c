"""All runbooks, their index, and docs/alerts.md."""

from collections.abc import Iterator

from exporter.settings import Settings
from generators.files import MARK
from generators.policy import ESCALATION, SEVERITIES, Policy
from generators.rules.build import Rules
from generators.runbooks.documented import DocumentedAlert, documented_alerts
from generators.runbooks.notifications import notified
from generators.runbooks.reference import PATH, reference
from generators.runbooks.runbook import runbook

FOLDER = "docs/runbooks"
_INDEX = """<!-- {mark} -->
# Runbooks

One for each alert, by severity. Each begins with what to do at once. Causes, queries and details
follow. In commands, words in capitals stand for the alert's labels: PROJECT for `gcp_project`,
REGION for `region`, SERVICE for `service_name`, INSTANCE for the part of `database_id` after the
colon. HOST and PORT of a Redis are in `redis.targets` of monitoring.yaml.

Commands need gcloud with a login that may change Cloud Run and Cloud SQL, psql as a user with the
role `pg_monitor`, redis-cli, and amtool. Try them before you need them at night.
"""


def texts(settings: Settings, rules: Rules, policy: Policy) -> dict[str, str]:
    """Return the documents by path. Raises TextError for an alert without a text."""
    found = documented_alerts(settings, rules, policy)
    runbooks = {f"{FOLDER}/{alert.name}.md": runbook(alert) for alert in found}
    return {PATH: reference(found), f"{FOLDER}/README.md": _index(found), **runbooks}


def _index(found: tuple[DocumentedAlert, ...]) -> str:
    return "\n".join((_INDEX.format(mark=MARK), *_lists(found)))


def _lists(found: tuple[DocumentedAlert, ...]) -> Iterator[str]:
    for severity in (*SEVERITIES, ESCALATION, "none"):
        each = [alert for alert in found if alert.rule.severity == severity]
        if each:
            title = "Always there" if severity == "none" else severity.capitalize()
            yield f"## {title}\n\nNotifies {notified(each[0])}.\n"
            yield from (f"- [{alert.name}]({alert.name}.md): {alert.condition()}" for alert in each)
            yield ""
