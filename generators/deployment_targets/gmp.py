"""Rules and scraping for Google Cloud Managed Service for Prometheus."""

from collections.abc import Iterator

from exporter.settings import Settings
from exporter.settings.types import duration
from generators import bridge_access
from generators.deployment_targets import google_rules
from generators.deployment_targets.manifests import (
    NAME,
    SECRETS,
    everywhere,
    labels,
    manifest,
    written,
)
from generators.deployment_targets.model import Body, DeploymentTarget, TargetInput
from generators.deployment_targets.needed_files import SystemProgram, needed_files
from generators.policy import policy
from generators.promql_tree.tree import series_names
from generators.rules.delivery_rows import BRIDGE_JOB
from generators.rules.health_rows import EXPORTER_JOB
from generators.rules.model import Alerting, Group, Rule, RuleFile

API = "monitoring.googleapis.com/v1"
# Of servers that Google runs, and nobody scrapes.
_SERVERS = ("prometheus_", "alertmanager_")
_SCRAPED = (
    (
        "job is the name of the PodMonitoring, which rules expect. Labels that Google sets "
        "itself (project_id, location, cluster, namespace, job, instance) are labels of no "
        "series of ours."
    ),
)
_RULES = (
    (
        "Rules see the series of their own namespace alone: they belong into the namespace of "
        "the exporter, and Google adds project_id, location, cluster and namespace to what they "
        "record. A second exporter in another namespace needs a copy of them there. Not run "
        "against Google."
    ),
    "",
    "Google's evaluator sends alerts to the Alertmanager that OperatorConfig names, in gmp-public:",
    "  rules: {alerting: {alertmanagers: [{name: NAME, namespace: monitoring, port: 9093}]}}",
    "Name one of your own: files with secrets cannot be mounted into the managed one.",
)
_GLOBAL = (
    (
        "The same as rules.yaml, on the data of every cluster and namespace: for an exporter on "
        "Cloud Run, whose series are in no cluster of yours. Apply one of the two, never both, in "
        "one cluster of the project. Not run against Google."
    ),
)
_GOOGLE = (
    (
        "Without any exporter: signals and alerts on Google's own names of metrics. Only signals "
        "of Cloud Monitoring are here, with the thresholds of all services (those of single ones "
        "are left out), and nothing on bursts, budgets, late data or this system itself; each "
        "evaluation is billed by the series that it reads. Instead of the exporter, "
        "not beside it. Not run against Google."
    ),
)


def files(given: TargetInput) -> dict[str, str]:
    """Return the files by path."""
    lost = tuple(_left_out(given.rules.all))
    return {
        "podmonitorings.yaml": written(_SCRAPED, *_monitorings(given.settings)),
        "rules.yaml": written((*_RULES, *lost), *_objects("Rules", given.rules.all)),
        "google-names.yaml": written(_GOOGLE, _direct(given.settings)),
        "globalrules.yaml": written((*_GLOBAL, *lost), *_objects("GlobalRules", given.rules.all)),
    }


TARGET = DeploymentTarget("Rules and PodMonitoring for Google's Managed Prometheus", files)


def _monitorings(settings: Settings) -> Iterator[Body]:
    path = settings.web.telemetry_path
    yield _monitoring(settings, EXPORTER_JOB, {"path": path} if path != "/metrics" else {})
    if settings.notifications.active_bridge is not None:
        yield _monitoring(settings, BRIDGE_JOB, _bridge_access(settings))


def _monitoring(settings: Settings, job: str, access: Body) -> Body:
    interval = duration(settings.prometheus.scrape_interval)
    endpoint = {"port": "http", "interval": interval, **access}
    spec = {"selector": {"matchLabels": {NAME: job}}, "endpoints": [endpoint]}
    return manifest(API, "PodMonitoring", {"name": job, "labels": labels(job)}, spec=spec)


def _bridge_access(settings: Settings) -> Body:
    scraped = bridge_access.scraped(settings.notifications.on_server())
    found: Body = {"scheme": "https"} if "scheme" in scraped else {}
    for file in needed_files(settings, SystemProgram.PROMETHEUS):
        found["authorization"] = {"credentials": {"secret": {"name": SECRETS, "key": file.name}}}
    return found


def _direct(settings: Settings) -> Body:
    """Return the rules on Google's own names, which are in no namespace."""
    spec = {"groups": google_rules.groups(policy(settings))}
    metadata = {"name": "ionmon-google-names", "labels": labels()}
    return everywhere(manifest(API, "GlobalRules", metadata, spec=spec))


def _objects(kind: str, files: tuple[RuleFile, ...]) -> Iterator[Body]:
    """Yield an object a file that has rules which work here."""
    for file in files:
        groups = [body for group in file.groups if (body := _group(group))["rules"]]
        if groups:
            metadata = {"name": f"ionmon-{file.name.removesuffix('.yml')}", "labels": labels()}
            found = manifest(API, kind, metadata, spec={"groups": groups})
            yield found if kind == "Rules" else everywhere(found)


def _group(group: Group) -> Body:
    """Return a group; labels of all its rules stand at each, since groups have none here."""
    rules = [_rule(rule) for rule in group.rules if _works(rule)]
    return {"name": group.name, "interval": duration(group.interval), "rules": rules}


def _rule(rule: Rule) -> Body:
    return {key: value for key, value in rule.body().items() if key != "keep_firing_for"}


def _works(rule: Rule) -> bool:
    return not any(name.startswith(_SERVERS) for name in series_names(rule.expr))


def _left_out(files: tuple[RuleFile, ...]) -> Iterator[str]:
    """Yield what works otherwise here, or not at all."""
    rules = [rule for file in files for group in file.groups for rule in group.rules]
    alerts = [rule for rule in rules if isinstance(rule, Alerting)]
    gone = dict.fromkeys(rule.alert for rule in alerts if not _works(rule))
    kept = dict.fromkeys(rule.alert for rule in alerts if rule.keep_firing_for and _works(rule))
    late = [group for file in files for group in file.groups if group.query_offset]
    yield ""
    yield "What differs from the rule files:"
    if gone:
        yield f"- left out, since they are about servers that Google runs: {', '.join(gone)}"
    if kept:
        yield f"- these end sooner, without keep_firing_for: {', '.join(kept)}"
    if late:
        yield f"- these groups have no query_offset: {', '.join(group.name for group in late)}"
