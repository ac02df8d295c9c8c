"""All generated files, by path; a generator is one line here."""

import generators.alertmanager.build
import generators.dashboards.build
import generators.grafana.build
import generators.rule_tests.files
import generators.rules.build
import generators.runbooks.build
from exporter.settings import Settings
from generators import log_metrics, monitoring_config, prometheus, reference, settings_reference
from generators.files import COMMAND, signed
from generators.policy import policy
from generators.rules.build import build
from generators.rules.model import alerts

CATALOG = (reference.texts, settings_reference.texts, log_metrics.texts)


def texts(settings: Settings, command: str = COMMAND) -> dict[str, str]:
    """Return every generated text by its path below the root.

    `command` is the command line that the texts name as what writes them.

    Raises SettingsError where the settings conflict.
    """
    rules, held = build(settings), policy(settings)
    found: dict[str, str] = {}
    for generator in CATALOG:
        found.update(generator())
    found.update(generators.rules.build.texts(rules))
    found.update(prometheus.texts(settings, rules))
    found.update(
        generators.alertmanager.build.texts(
            settings,
            tuple(alerts(rules.all)),
            tuple(rule.alert for rule in alerts(rules.longterm)),
        )
    )
    found.update(generators.rule_tests.files.texts(rules, held))
    found.update(generators.runbooks.build.texts(settings, rules, held))
    boards = generators.dashboards.build.texts(settings, rules, held)
    found.update(boards)
    found.update(generators.grafana.build.texts(settings, boards))
    found = signed(found, command)
    # After all else is signed: it has the digest of each file as it is written.
    found[monitoring_config.PATH] = monitoring_config.text(settings, held, rules, found)
    return found
