"""ionmon check finds what is misspelt in a rule file, with its line and what was meant."""

import contextlib
import json
from pathlib import Path

import pytest

from exporter import cli
from exporter.catalog.alert_names import CANARY, ESCALATION_ALERT, SEVERITIES, WATCHDOG
from exporter.settings import Settings
from generators.alert_table import PolicyAlert
from generators.output_folders import SERVERS
from generators.rules.build import build
from generators.rules.model import alerts
from tests.docs.json_keys import unlike_page

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("generated_once")]

MISSPELT = """groups:
  - name: own
    rules:
      - record: own:errors:rate5m
        expr: |
          sum by (region) (
            rate(cloudrun_request_total{response_code_class="5xx"}[5m])
          )
      - record: own:requests:rate5m
        expr: sum by (region) (rate(cloudrun_requests_total{servce_name="shop"}[5m]))
      - record: own:failures:rate5m
        expr: sum by (region) (rate(cloudrun_requests_total{response_code_class=~"4xx|5x"}[5m]))
      - record: own:slow:ratio5m
        expr: >-
          1 - sum by (region) (rate(
          cloudrun_request_duration_seconds_bucket{le="0.11"}[5m]))
          / sum by (region) (rate(cloudrun_request_duration_seconds_count[5m]))
"""
FOUND = [
    "7: metric: nothing exports cloudrun_request_total; did you mean 'cloudrun_requests_total'?",
    "10: label: cloudrun_requests_total has no label servce_name; did you mean 'service_name'?",
    "12: value: response_code_class of cloudrun_requests_total is never '5x'; did you mean '5xx'?",
    (
        '16: bucket: cloudrun_request_duration_seconds_bucket has no bucket le="0.11"; '
        "did you mean '0.111120068256'?"
    ),
]
MENDED = (
    MISSPELT.replace("request_total", "requests_total")
    .replace("servce_name", "service_name")
    .replace('5x"', '5xx"')
    .replace('"0.11"', '"0.111120068256"')
)


NEUTRAL = "log: {level: info}\n"  # as no settings
DEFAULTS = "settings: the defaults; for others, set --config\n"


@pytest.fixture(autouse=True)
def _apart(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep no result of a test where another one, or the user, would find it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.delenv("IONMON_CONFIG", raising=False)


def configs(root: Path, text: str = NEUTRAL) -> None:
    """Write what is generated for settings, which then are no longer there."""
    path = root / "monitoring.yaml"
    path.write_text(text)
    with contextlib.chdir(root):  # the texts name the command line
        assert cli.run(["configs", "--config", path.name]) == 0
    path.unlink()


def check(*words: object) -> int:
    """Run ionmon check."""
    return cli.run(["check", *map(str, words)])


def test_what_is_misspelt_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A metric, a label, a value and a bucket are each named with file, line and suggestion."""
    path = tmp_path / "own.yml"
    path.write_text(MISSPELT)
    assert check("--root", tmp_path, path) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [f"{path}:{text}" for text in FOUND]
    assert shown.err == f"{DEFAULTS}4 problems in 4 rules of 1 files\n"


def test_problems_are_a_document_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --json the same problems and exit code; --quiet leaves out what is beside them."""
    path = tmp_path / "own.yml"
    path.write_text(MISSPELT)
    assert check("--root", tmp_path, "--offline", path, "--json", "--quiet") == 1
    shown = capsys.readouterr()
    body = json.loads(shown.out)
    assert unlike_page("check", body) == []
    assert (len(body["problems"]), shown.err) == (4, "")
    assert check("--root", tmp_path, "--offline", path, "--quiet") == 1
    shown = capsys.readouterr()
    assert (len(shown.out.splitlines()), shown.err) == (4, "")


def test_a_mended_file_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was suggested has no problem, with promtool and without."""
    path = tmp_path / "own.yml"
    path.write_text(MENDED)
    assert check("--root", tmp_path, path) == 0
    assert check("--root", tmp_path, "--offline", path) == 0
    shown = capsys.readouterr()
    again = "1 results of tools are from before: nothing changed since\n"
    whole = f"{DEFAULTS}no problems in 4 rules of 1 files\n"
    assert (shown.out, shown.err) == ("", whole * 2)
    assert check("--root", tmp_path, path) == 0
    assert again in capsys.readouterr().err


def test_a_page_settles_the_buckets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a page, its buckets are those that exist."""
    path, page = tmp_path / "own.yml", tmp_path / "page"
    path.write_text(MENDED)
    page.write_text('cloudrun_request_duration_seconds_bucket{le="0.25"} 1\n')
    assert check("--root", tmp_path, "--offline", "--page", page, path) == 1
    assert "did you mean '0.25'?" in capsys.readouterr().out


def test_everything_that_is_generated_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The files of ionmon configs pass every check; what the tools say has tests of its own."""
    configs(tmp_path)
    capsys.readouterr()
    assert check("--root", tmp_path, "--offline") == 0
    assert capsys.readouterr().out == ""


def test_a_defect_in_generated_files_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A label that is taken out of a generated rule is found where others need it."""
    configs(tmp_path)
    path = tmp_path / SERVERS / "rules" / "recording.yml"
    path.write_text(path.read_text().replace("service_name, le)", "service_name)"))
    capsys.readouterr()
    assert check("--root", tmp_path, "--offline") == 1
    assert "histogram_quantile needs the label le" in capsys.readouterr().out


def test_nothing_to_check_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Below a directory without rules the exit code is 1, and the mend is said."""
    assert check("--root", tmp_path) == 1
    assert (
        "no rules; write them: ionmon configs --config monitoring.yaml" in capsys.readouterr().err
    )


def test_wrong_use_has_its_own_exit_code(tmp_path: Path) -> None:
    """A file that is not there is wrong use; settings that are wrong have their own code."""
    assert check(tmp_path / "none.yml") == 2
    settings = tmp_path / "monitoring.yaml"
    settings.write_text("servce: {}\n")
    assert check("--config", settings) == 3


def test_a_dashboard_that_is_no_json_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A comma that is missing is reported with its file and line, and is no defect of ionmon."""
    configs(tmp_path)
    path = tmp_path / "grafana" / "out" / "overview.json"
    path.write_text(path.read_text().replace('"editable": false,', '"editable": false'))
    capsys.readouterr()
    assert check("--root", tmp_path, "--offline") == 1
    assert "grafana/out/overview.json: is no JSON: " in capsys.readouterr().err


OWN = """
service: {name: shop}
objectives: {availability: 99.5%, window: 7d}
alerts: {ErrorRateCritical: {threshold: 5%}, CPUHigh: {enabled: false}, error_classes: [5xx]}
services: {checkout: {alerts: {MemoryHigh: {threshold: 90%}}}}
notifications:
  slack: {webhook_url_file: secrets/slack, channel: "#alerts"}
"""


def test_the_settings_beside_the_files_are_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --config, files are held against what they were written for, which is printed."""
    configs(tmp_path, OWN)
    capsys.readouterr()
    assert check("--root", tmp_path, "--offline") == 0
    shown = capsys.readouterr()
    beside = tmp_path / "alertmanager/out/monitoring_config.json"
    assert shown.out == ""
    assert shown.err.startswith(f"settings: those in {beside}; for others, set --config\n")
    other = tmp_path / "other.yaml"
    other.write_text(NEUTRAL)
    assert check("--root", tmp_path, "--offline", "--config", other) == 1
    assert "CPUHigh: this alert of the settings is missing" in capsys.readouterr().out


def disabled(*severities: str) -> str:
    """Return settings without the alerts of some severities that can be disabled."""
    rules = alerts((*build(Settings()).main, *build(Settings()).longterm))
    own, others = {}, {}
    for rule in rules:
        if rule.severity in severities and rule.alert not in (WATCHDOG, CANARY, ESCALATION_ALERT):
            named = own if isinstance(rule.source, PolicyAlert) else others
            named[rule.alert] = {"enabled": False}
    return json.dumps({"alerts": {**own, "others": others}})


@pytest.mark.parametrize(
    "severities",
    [
        pytest.param((one,), id=one, marks=[] if one == "critical" else pytest.mark.deep)
        for one in SEVERITIES
    ]
    + [pytest.param(SEVERITIES, id="all")],
)
def test_what_is_generated_without_some_alerts_is_right(
    tmp_path: Path, severities: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Boards show severities and places of alerts that are not there; that is no defect."""
    configs(tmp_path, disabled(*severities))
    shown = capsys.readouterr().out
    assert ("No alert about the services is enabled." in shown) is (severities == SEVERITIES)
    assert check("--root", tmp_path, "--offline") == 0, capsys.readouterr().out


def test_settings_of_another_version_are_no_defect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key that this version does not know is named, with the fix."""
    configs(tmp_path, OWN)
    beside = tmp_path / "alertmanager/out/monitoring_config.json"
    whole = beside.read_text()
    beside.write_text(whole.replace('"settings": {', '"settings": {"later": 1,'))
    assert check("--root", tmp_path, "--offline") == 1
    fix = "settings.later is of another version; write the file again: ionmon configs"
    assert fix in capsys.readouterr().err
    beside.write_text(whole.replace('"schema_version": 3', '"schema_version": 2'))
    assert check("--root", tmp_path, "--offline") == 1
    assert "schema_version is 2, this ionmon reads 3" in capsys.readouterr().err
