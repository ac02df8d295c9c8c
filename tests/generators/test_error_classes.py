"""`alerts.error_classes` decides everywhere which responses count as errors."""

import json
import re
from pathlib import Path

import pytest

from exporter.catalog.error_signals import CLASSES, error_signals, left_out
from exporter.settings import Settings, load
from generators import difference, monitoring_config
from generators.alertmanager import links
from generators.policy import catalog_signal, policy
from generators.rule_tests.files import documents
from generators.rule_tests.mutation import mutants, trimmed
from generators.rules.build import build
from generators.runbooks.notifying import notifying
from tests.generators.generated import texts
from tests.generators.rule_tests.judging import failing
from tests.generators.rules.playing import played

ROOT = Path(__file__).parents[2]
REFERENCE = load(ROOT / "examples" / "reference.yaml")
FAILING = ("4xx", "5xx")
# What only a 4xx is: its class, filters of Cloud Logging, and codes in runbooks on error rates.
CLIENT_ERRORS = re.compile(r"4xx|client|status(>=|%3E%3D)400|\b40[0-9]\b", re.IGNORECASE)


def settings_of(*classes: str) -> Settings:
    """Return the reference deployment's settings, in which these classes count."""
    given = REFERENCE.model_dump(by_alias=True)
    given["alerts"]["error_classes"] = classes
    return Settings.model_validate(given)


SERVER_ERRORS = settings_of("5xx")


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """Return every file of a deployment in which 5xx count."""
    return texts(SERVER_ERRORS)


def test_no_text_counts_a_class_that_is_left_out(found: dict[str, str]) -> None:
    """Rules, tests, boards, templates and runbooks have 5xx alone; only the load balancer's differ.

    A board colours the series of each class, and every class has its own line of throughput.
    """
    named = [
        (path, line.strip())
        for path, text in found.items()
        for line in text.splitlines()
        if "4xx" in line and line.strip() != '"options": "4xx"'
    ]
    load_balancer = "The load balancer counts 4xx, the service does not."
    others = [each for each in named if not each[1].endswith(load_balancer)]
    allowed = "alertmanager/out/tests/ErrorRate"  # a 4xx that fires nothing
    assert [each for each in others if not each[0].startswith(allowed)] == []


def test_runbooks_and_boards_say_nothing_of_client_errors(found: dict[str, str]) -> None:
    """No filter of logs, no cause and no column is about what does not count."""
    for path in (f"docs/runbooks/{name}.md" for name in ("ErrorRateCritical", "ErrorRateWarning")):
        lines = found[path].splitlines()
        wrong = [line for line in lines if CLIENT_ERRORS.search(line)]
        # The default was stated for both, and IAM's 403 never reaches the service.
        assert [line for line in wrong if "0.3%" not in line and "of IAM" not in line] == []
    boards = "".join(text for path, text in found.items() if path.startswith("grafana/out/"))
    assert "client or" not in boards
    assert "client error" not in boards
    for name in ('"Error rate (5xx)"', '"Errors (5xx)"', "Failing requests (5xx) within the range"):
        assert name in boards


def test_words_name_the_classes() -> None:
    """A notification, the first table of `configs` and the runbook's condition name them."""
    for settings, named in ((REFERENCE, "4xx and 5xx"), (SERVER_ERRORS, "5xx")):
        rows = {row.alert: row.when for row in notifying(settings).rows}
        assert rows["ErrorRateCritical"] == f"error rate ({named}) above 1% for 3m"
        written = "".join(file.text() for file in build(settings).all)
        assert f"description: The error rate ({named}) of" in written
        assert f"The error rate ({named}) is unusually high" in written
        assert f"The error rate ({named}) and the number of database connections" in written


@pytest.mark.parametrize(
    ("classes", "clause"),
    [
        (("4xx", "5xx"), "(httpRequest.status%3E%3D400%20OR%20severity%3E%3DERROR)"),
        (("5xx",), "(httpRequest.status%3E%3D500%20OR%20severity%3E%3DERROR)"),
        (("4xx",), "(httpRequest.status%3E%3D400%20AND%20httpRequest.status%3C500)"),
    ],
)
def test_the_link_to_logs_finds_what_counts(classes: tuple[str, ...], clause: str) -> None:
    """An alert on the error rate leads to these responses, one on availability to 5xx."""
    text = links.text(settings_of(*classes), ())
    rate, availability = text.split('eq $first.Labels.signal "error_rate"')[1].split(
        'eq $first.Labels.signal "availability"'
    )[:2]
    quoted = clause.replace("(", "%28").replace(")", "%29")
    assert quoted in rate
    assert "httpRequest.status%3E%3D500%20OR%20severity" in availability


def test_signals_differ_in_what_they_count_and_nothing_else() -> None:
    """The order of the classes is no difference, and other signals stay as they are."""
    assert settings_of("5xx", "4xx").alerts.error_classes == CLASSES
    both, one = (policy(s).signals for s in (REFERENCE, SERVER_ERRORS))
    changed = {old.name for old, new in zip(both, one, strict=True) if old != new}
    assert changed == {"error_rate", "error_rate_by_endpoint"}
    for signal in error_signals():
        assert left_out(signal) == ()
        assert left_out(catalog_signal(signal, SERVER_ERRORS)) == ("4xx",)


def test_a_change_is_said_in_words(tmp_path: Path, found: dict[str, str]) -> None:
    """`--diff` names the class that no longer counts."""
    path = tmp_path / monitoring_config.CONFIG_FILE
    path.parent.mkdir(parents=True)
    before = json.loads(found[monitoring_config.CONFIG_FILE])
    before["settings"]["alerts"]["error_classes"] = [*CLASSES]
    path.write_text(json.dumps(before))
    assert "- settings.alerts.error_classes: 4xx" in difference.changes(tmp_path, found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("classes", "fire"), [(CLASSES, ("4xx", "5xx")), (("5xx",), ("5xx",)), (("4xx",), ("4xx",))]
)
def test_only_what_counts_pages(
    classes: tuple[str, ...], fire: tuple[str, ...], tmp_path: Path
) -> None:
    """5 % of 404s page by default, and nobody where 5xx count; 5 % of 503s page in both."""
    series = {}
    for code in FAILING:
        labels = f'gcp_project="p",region="r",service_name="s{code}",response_code_class='
        series[f'cloudrun_requests_total{{{labels}"2xx"}}'] = "0+950x40"
        series[f'cloudrun_requests_total{{{labels}"{code}"}}'] = "0+50x40"
    for alert in ("ErrorRateCritical", "ErrorRateWarning"):
        query = f'count by (service_name) (ALERTS{{alertname="{alert}",alertstate="firing"}})'
        expected = {f'{{service_name="s{code}"}}': 1.0 for code in fire}
        assert played(tmp_path, series, [(query, 30, expected)], settings_of(*classes)) == ""


@pytest.mark.slow
@pytest.mark.parametrize("classes", [("5xx",), pytest.param(("4xx",), marks=pytest.mark.deep)])
def test_generated_tests_notice_that_every_class_counts(classes: tuple[str, ...]) -> None:
    """They pass, and fail where the class that is left out counts, in each window."""
    test = next(
        one for one in documents(build(settings_of(*classes)))
        if one.rule.alert == "ErrorRateCritical"
    )  # fmt: skip
    assert not failing(test, trimmed(test))
    (mutant,) = (m for m in mutants(test) if m.done == "every class of errors counts")
    assert failing(test, mutant.files)
