"""All generated files, by path; a generator is one line here."""

from exporter.settings import Settings
from generators import log_metrics, monitoring_config, prometheus, reference, settings_reference
from generators.alertmanager.build import texts as alertmanager_texts
from generators.dashboards.build import texts as dashboard_texts
from generators.files import COMMAND, signed
from generators.grafana.build import texts as grafana_texts
from generators.policy import policy
from generators.rule_tests.files import texts as test_texts
from generators.rules.build import build
from generators.rules.build import texts as rule_texts
from generators.rules.model import alerts
from generators.runbooks.build import texts as runbook_texts

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
    found.update(rule_texts(rules))
    found.update(prometheus.texts(settings, rules))
    found.update(alertmanager_texts(settings, tuple(alerts(rules.all))))
    found.update(test_texts(rules, held))
    found.update(runbook_texts(settings, rules, held))
    boards = dashboard_texts(settings, rules, held)
    found.update(boards)
    found.update(grafana_texts(settings, boards))
    found = signed(found, command)
    found[monitoring_config.PATH] = monitoring_config.text(settings, held, rules, found)
    return found
