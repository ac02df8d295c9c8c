"""ionmon report is written whatever a server answers; its values, labels and times may be odd."""

from pathlib import Path

import pytest

from exporter import cli
from tests.generators.commands.odd_server import odd_server

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("value", "form"),
    [("NaN", "text"), ("+Inf", "json"), ("1e308", "html"), ("-1e308", "markdown")],
)
@pytest.mark.parametrize("names", [(), ("all",)])
def test_an_odd_answer_costs_itself(
    value: str, form: str, names: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole report is there, without a character that a terminal obeys."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    out = tmp_path / "report"
    with odd_server(value) as url:
        words = ("--prometheus", url, "--format", form, "--out", str(out), *names)
        assert cli.run(["report", *words]) in {0, 1}
    text = out.read_text(encoding="utf-8")
    assert "region" in text
    assert all(c.isprintable() or c == "\n" for c in text)
