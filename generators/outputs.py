"""All generated files, by path; a generator is one line here."""

import click

import generators.alertmanager.build
import generators.dashboards.build
import generators.deployment_targets.build
import generators.grafana.build
import generators.rule_tests.files
import generators.rules.build
import generators.runbooks.build
from exporter.settings import Settings
from generators import (
    command_reference,
    iam,
    log_metrics,
    migration_names,
    monitoring_config,
    prometheus,
    reference,
    settings_reference,
)
from generators.deployment_targets.model import ChosenTargets
from generators.files import USUAL, signed
from generators.policy import policy
from generators.query_reads import direct_reads
from generators.rules.build import build
from generators.rules.model import alerts
from generators.runbooks.links import linked

DOCUMENTATION = (
    reference.texts,
    settings_reference.texts,
    log_metrics.texts,
    iam.texts,
    migration_names.texts,
)


def texts(
    settings: Settings,
    command: str = USUAL,
    *,
    program: click.Command | None = None,
    targets: ChosenTargets | None = None,
) -> dict[str, str]:
    """Return every generated text by its path below the root.

    `command` is the command line that the texts name as what writes them. With `program`, ionmon
    with all its commands, the project's own reference is among the texts, and the rest of its
    documentation lies beside them. The files of the targets that are chosen lie below deploy/.

    Raises SettingsError where the settings conflict.
    """
    rules, held = build(settings), policy(settings)
    found: dict[str, str] = {}
    found.update(generators.rules.build.texts(rules))
    found.update(prometheus.texts(settings, rules))
    found.update(
        generators.alertmanager.build.texts(
            settings,
            tuple(alerts(rules.all)),
            tuple(rule.alert for rule in alerts(rules.longterm)),
        )
    )
    found.update(generators.rule_tests.files.texts(rules))
    found.update(generators.runbooks.build.texts(settings, rules, held))
    boards = generators.dashboards.build.texts(settings, rules, held)
    found.update(boards)
    found.update(generators.grafana.build.texts(settings, boards))
    if targets is not None:
        found.update(
            generators.deployment_targets.build.texts(targets, settings, rules, boards, found)
        )
    if program is None:
        found = linked(found, settings.links.documentation)
    else:
        found = _reference(program) | found
    found = signed(found, command)
    # After all else is signed: it has the digest of each file as it is written.
    found[monitoring_config.CONFIG_FILE] = monitoring_config.text(
        settings,
        held,
        rules,
        monitoring_config.Written(command, found, direct_reads(settings, rules, held)),
    )
    return found


def _reference(program: click.Command) -> dict[str, str]:
    """Return the project's own reference."""
    found = command_reference.texts(program)
    for generator in DOCUMENTATION:
        found.update(generator())
    return found
