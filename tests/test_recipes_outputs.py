"""What docs/architecture.md says of adding to what is drawn, sent and called works on a copy."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests import servers
from tests.recipes import FULL, FULL_TEST, REFERENCE, Source, copied

pytestmark = pytest.mark.slow
CACHE = "generators/dashboards/cache_inside.py"
PANEL = """        "tracking": Panel(
            number=140,
            title="Clients with tracking on",
            what=help_of(CATALOG["redis_tracking_clients"]),
            unit=_COUNT,
            targets=(
                Target(
                    expr=queries.level(CATALOG["redis_tracking_clients"], Reduce.SUM, CACHE),
                    legend="{{redis_id}}",
                ),
            ),
            minimum=0.0,
        ),
"""
RENDERER = '''"""A dashboard as lines of text."""

from generators.report.model import DrawnBoard


def text(board: DrawnBoard) -> str:
    """Return the titles of its panels."""
    return "\\n".join(panel.title for panel in board.panels) + "\\n"
'''
OPTION = """@click.option("--text", is_flag=True, help="Also print each page as text.")
"""
COMMAND = '''"""ionmon signals: lists the signals."""

import click

from generators.policy import SIGNAL_BY_NAME


@click.command("signals", help="List the signals.")
def command() -> None:
    """Print a line a signal."""
    click.echo("\\n".join(SIGNAL_BY_NAME))
'''
SECTION = '''class OpsgenieSettings(Section):
    """Which Opsgenie integration gets alerts."""

    api_key_file: ServerFile = key(..., "File with the integration's API key.")


class MsTeamsSettings(Section):
'''
GROUPING = """    opsgenie: Labels | None = key(None, "In Opsgenie; by default as in Slack.")
"""
SECRET = """    if at.opsgenie:
        yield SecretFile(
            path=at.secret(at.opsgenie.api_key_file),
            key="notifications.opsgenie.api_key_file",
            reader=SecretReader.ALERTMANAGER,
            content="an API key of Opsgenie",
        )
"""
INTEGRATION = '''"""The alerts in Opsgenie."""

from typing import Any

from exporter.settings import OpsgenieSettings
from generators.alertmanager.notice import Notice


def integration(opsgenie: OpsgenieSettings, notice: Notice) -> dict[str, Any]:
    """Return an entry of `opsgenie_configs`."""
    return {
        "send_resolved": True,
        "api_key_file": str(opsgenie.api_key_file),
        "message": notice.prefix + '{{ template "ion.title" . }}',
    }
'''
ENTRY = """        case Channel.OPSGENIE if at.opsgenie:
            return "opsgenie_configs", opsgenie.integration(at.opsgenie, notice)
"""
FIELDS = """    "opsgenie_configs": f"{_HTTP} api_key_file message",
"""
MANAGER = "generators/alertmanager"


@pytest.fixture
def source() -> Iterator[Source]:
    """Return a copy of the source."""
    with copied() as found:
        yield found


@pytest.mark.deep
def test_a_panel_is_two_edits(source: Source) -> None:
    """Its function and its place: one that is placed nowhere is refused, with both files named."""
    source.append(
        CACHE, "def _detail(queries: BoardQueries) -> dict[str, Panel]:\n    return {\n", PANEL
    )
    source.refused("panel tracking of cache", "grafana/dashboards/cache.jsonnet")
    row = "'slow', 'band'"
    source.edit("grafana/dashboards/cache.jsonnet", row, f"{row}, 'tracking'")
    source.edit(
        "grafana/dashboards/cache.jsonnet",
        "[show.lines(name, 12) for name in ['slow'",
        "[show.lines(name, 8) for name in ['slow'",
    )
    source.whole()
    assert '"title": "Clients with tracking on"' in source.text("grafana/out/cache.json")


@pytest.mark.deep
def test_a_panel_that_links_lead_to_is_one_more_edit(source: Source) -> None:
    """A number that is stated for links is held from then on: no dashboard may lose it."""
    source.append("generators/boards.py", "BUDGET = PanelAddress(Board.RELIABILITY, 201)\n",
                  "COMMANDS = PanelAddress(Board.CACHE, 132)\n")  # fmt: skip
    source.whole()
    source.edit(CACHE, "number=132", "number=141")
    assert source.configs().returncode == 0
    done = source.checked()
    assert done.returncode == 1
    assert "alerts link to panel 132, which is missing" in done.stdout


@pytest.mark.deep
def test_a_channel(source: Source) -> None:
    """Each step is asked for by name; then alerts, secrets, runbooks and settings know it."""
    settings = "exporter/settings"
    source.edit(f"{settings}/channels.py", "class MsTeamsSettings(Section):\n", SECTION)
    source.append(
        f"{settings}/notifications.py", "    MsTeamsSettings,\n", "    OpsgenieSettings,\n"
    )
    source.append(
        f"{settings}/notifications.py",
        '    sentry: SentrySettings | None = key(None, "Low alerts.")\n',
        '    opsgenie: OpsgenieSettings | None = key(None, "Medium alerts.")\n',
    )
    source.append(f"{settings}/__init__.py", "    MsTeamsSettings,\n", "    OpsgenieSettings,\n")
    source.append(
        f"{settings}/__init__.py", '    "NotificationSettings",\n', '    "OpsgenieSettings",\n'
    )
    source.edit(f"{settings}/secrets.py", "    if at.sentry:\n", f"{SECRET}    if at.sentry:\n")
    source.append(REFERENCE, "notifications:\n", "  opsgenie: {api_key_file: opsgenie}\n")
    source.append(
        f"{MANAGER}/plan.py", '    PAGERDUTY = "pagerduty"\n', '    OPSGENIE = "opsgenie"\n'
    )
    source.edit(
        f"{MANAGER}/plan.py",
        '"medium": (Channel.SLACK, Channel.MSTEAMS, Channel.WEBHOOK)',
        '"medium": (Channel.OPSGENIE,)',
    )
    grouping = f"{settings}/grouping.py"
    source.refused("channel opsgenie has no key of group_by", grouping)
    source.edit(grouping, "    sentry: Labels", f"{GROUPING}    sentry: Labels")
    source.refused("channel opsgenie has no entry", f"{MANAGER}/receivers.py")
    source.add(f"{MANAGER}/opsgenie.py", INTEGRATION)
    source.edit(
        f"{MANAGER}/receivers.py",
        "msteams, pagerduty, slack",
        "msteams, opsgenie, pagerduty, slack",
    )
    source.edit(
        f"{MANAGER}/receivers.py",
        "        case Channel.SENTRY",
        f"{ENTRY}        case Channel.SENTRY",
    )
    words = "generators/runbooks/notifications.py"
    source.refused("channel opsgenie has no word", words)
    source.append(words, '    Channel.SLACK: "Slack",\n', '    Channel.OPSGENIE: "Opsgenie",\n')
    assert source.configs().returncode == 0
    done = source.checked()
    assert "receiver: Alertmanager 0.25 has no field opsgenie_configs" in done.stdout
    known = f"{MANAGER}/known_fields.py"
    source.append(known, '    "slack_configs",\n', '    "opsgenie_configs",\n')
    source.edit(known, '"receiver": "name ', '"receiver": "name opsgenie_configs ')
    source.append(known, "_OLDEST = {\n", FIELDS)
    source.whole()
    routes = yaml.safe_load(source.text("alertmanager/out/alertmanager.yml"))
    (medium,) = (each for each in routes["receivers"] if each["name"] == "medium-opsgenie")
    assert [*medium] == ["name", "opsgenie_configs"]
    (opsgenie,) = medium["opsgenie_configs"]
    assert opsgenie["api_key_file"] == "/etc/alertmanager/secrets/opsgenie"
    assert opsgenie["api_key_file"] in source.text("alertmanager/out/secrets.yml")
    assert "notifies Opsgenie" in source.text("docs/runbooks/CPUHigh.md")
    source.append(FULL, "\nnotifications:\n", "  opsgenie: {api_key_file: secrets/opsgenie}\n")
    source.append(FULL, "  group_by:\n", "    opsgenie: [alertname, region]\n")
    done = source.tested(FULL_TEST)
    assert done.returncode == 0, done.stdout


def test_a_renderer_is_a_module_and_its_option(source: Source, tmp_path: Path) -> None:
    """A module that takes what was read, and its option, draw a board of a real Prometheus."""
    preview = "generators/commands/preview.py"
    source.add("generators/report/text.py", RENDERER)
    source.edit(preview, "import chromium, pages", "import chromium, pages, text")
    source.edit(preview, '@click.option("--png"', f'{OPTION}@click.option("--png"')
    source.append(preview, "    png: bool\n", "    text: bool\n")
    source.append(preview, '        png=options["png"],\n', '        text=options["text"],\n')
    source.edit(
        preview,
        "    if output.png:\n        picture",
        "    if output.text:\n        click.echo(text.text(page.sides[-1].board))\n"
        "    if output.png:\n        picture",
    )
    with servers.prometheus(tmp_path, "global: {}\n") as prometheus:
        where = ("--prometheus", f"http://127.0.0.1:{prometheus.port}", "--out", str(tmp_path))
        done = source.ionmon("preview", *where, "--dashboard", "cache", "--text")
    assert done.returncode == 0, done.stderr
    assert "\nHit rate, L2\n" in done.stdout


@pytest.mark.deep
@pytest.mark.parametrize("package", ["exporter", "generators"])
def test_a_command_is_a_module_and_its_line(source: Source, package: str) -> None:
    """It is listed, runs, and is completed; the tests of the command line hold for it."""
    source.add(f"{package}/commands/signals.py", COMMAND)
    entry = f'    "signals": ("{package}.commands.signals", "List the signals."),\n'
    source.edit("exporter/cli.py", '    "completion": (', f'{entry}    "completion": (')
    assert re.search(
        r"^  signals +List the signals\.$", source.ionmon("--help").stdout, re.MULTILINE
    )
    assert "\nerror_rate\n" in source.ionmon("signals").stdout
    tests = ("tests/exporter/test_cli.py", "tests/exporter/commands/test_completion.py")
    done = source.tested(*tests, "-k", "listed or completed")
    assert done.returncode == 0, done.stdout
