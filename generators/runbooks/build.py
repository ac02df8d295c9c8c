"""All runbooks, their index, and the reference of the alerts."""

from collections.abc import Iterator

from exporter.settings import Settings
from generators.files import MARK
from generators.policy import SEVERITIES, Policy
from generators.rules.build import Rules
from generators.runbooks.documented import DocumentedAlert, cases
from generators.runbooks.notifications import told
from generators.runbooks.page import page
from generators.runbooks.reference import PATH, reference

FOLDER = "docs/runbooks"
_INDEX = """<!-- {mark} -->
# Runbooks

One for each alert, by severity. Each begins with what to do at once; causes, queries and the rest
follow. In commands, words in capitals stand for the alert's labels: PROJECT for `gcp_project`,
REGION for `region`, SERVICE for `service_name`, INSTANCE for the part of `database_id` after the
colon. HOST and PORT of a Redis are in `redis.targets` of monitoring.yaml.

Commands need gcloud with a login that may change Cloud Run and Cloud SQL, psql as a user with the
role `pg_monitor`, redis-cli, and amtool. Try them before you need them at night.
"""


def texts(settings: Settings, rules: Rules, policy: Policy) -> dict[str, str]:
    """Return the documents by path. Raises ValueError that names an alert without a statement."""
    found = cases(settings, rules, policy)
    pages = {f"{FOLDER}/{case.name}.md": page(case) for case in found}
    return {PATH: reference(found), f"{FOLDER}/README.md": _index(found), **pages}


def _index(found: tuple[DocumentedAlert, ...]) -> str:
    return "\n".join((_INDEX.format(mark=MARK), *_lists(found)))


def _lists(found: tuple[DocumentedAlert, ...]) -> Iterator[str]:
    for severity in (*SEVERITIES, "none"):
        each = [case for case in found if case.rule.severity == severity]
        if each:
            title = severity.capitalize() if severity in SEVERITIES else "Always there"
            yield f"## {title}\n\nNotifies {told(each[0])}.\n"
            yield from (f"- [{c.name}]({c.name}.md): {c.when}" for c in each)
            yield ""
