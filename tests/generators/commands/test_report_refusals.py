"""`ionmon report` without data, without a bridge, and used the wrong way."""

from pathlib import Path

import pytest

from exporter import cli
from exporter.summary.service_json import service_json
from tests.exporter.summary.serving import Past
from tests.generators.commands.reported import NOWHERE, found, report
from tests.generators.service_report.test_from_exporter import SERVICE
from tests.generators.service_report.test_from_exporter import serving as exporter
from tests.servers import prometheus

pytestmark = pytest.mark.slow


def test_an_exporter_alone_does_not_know_what_fires(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 then, as everywhere: the report is written, and says what is missing."""
    with exporter(service_json(SERVICE, "a headline")) as address:
        assert cli.run(["report", "--exporter", address, "--json"]) == 1
    assert any("name the bridge with --bridge" in one for one in found(capsys)["unknown"])


def test_an_empty_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No data is not calm: nothing has a mark for well."""
    with prometheus(tmp_path, "{}") as running:
        assert report(Past(f"127.0.0.1:{running.port}", 1.7e9), tmp_path) == 1
    text = capsys.readouterr().out
    assert text.startswith("? Ion: not known: what fires; and 1 more reason\n")
    assert "✓" not in text


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("overvew",), 3, "overvew: no such dashboard; there are cache, infrastructure, overview"),
        (("--since", "now", "--until", "now-1h"), 2, "--since now: has to be before --until"),
        (("--until", "now+1h"), 2, "--until now+1h: lies ahead; write a time up to now"),
        (("--exporter", NOWHERE, "--since", "1h"), 2, "--since: does not go with --exporter; give"),
        (("--exporter", NOWHERE, "--since", "24h"), 2, "--since: does not go with --exporter;"),
        (("overview", "--exporter", NOWHERE), 2, "--exporter: does not go with a dashboard, which"),
        (("overview", "--bridge", NOWHERE), 2, "--bridge: does not go with a dashboard, which"),
        (("--exporter", NOWHERE), 1, f"{NOWHERE}/service.json: no exporter answers: "),
        (("--format", "pdf"), 2, "'pdf' is not one of"),
        (("--prometheus", "localhost:9090"), 2, "Invalid value for '--prometheus'"),
        (("--out", "/nowhere/x"), 2, "is no directory; create it, or name one"),
    ],
)
def test_wrong_use(
    words: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is refused with the flag and the fix before anything is asked."""
    assert cli.run(["report", *words]) == code
    assert said in capsys.readouterr().err
