"""README's commands for a real project lead from nothing to what a deploy would change."""

from pathlib import Path

import pytest

from exporter.settings.deploy import DEBIAN_EXAMPLE
from tests.docs.reading import blocks, documents, typed
from tests.exporter.commands.ran import ran

pytestmark = [pytest.mark.slow, pytest.mark.deep]


def documented() -> list[tuple[str, ...]]:
    """Return the arguments of ionmon in that section, one tuple a command."""
    section = documents()["README.md"].split("## Watch a real project")[1].split("\n## ")[0]
    lines = [line for block in blocks(section) for line in block.splitlines()]
    return [words[1:] for line in lines for words in typed(line) if words[0].endswith("ionmon")]


def test_each_command_works_on_what_the_ones_before_it_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a simulated project; deploy names the lines it lacks, and works with those of init."""
    for variable in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    init, run, diff, configs, check, deploy = documented()
    assert [words[0] for words in (init, run)] == ["init", "run"]
    for words in (("init", "--simulated", "--yes"), diff, configs, check):
        done = ran(tmp_path, *words)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    refused = ran(tmp_path, *deploy)
    assert refused.returncode == 1
    assert [line for line in DEBIAN_EXAMPLE if f"\n  {line}\n" not in refused.stderr] == []
    settings = tmp_path / "monitoring.yaml"
    text = settings.read_text()
    for line in DEBIAN_EXAMPLE:
        text = text.replace(f"# {line},", f"{line},".replace("/etc/", f"{tmp_path}/etc/"))
    settings.write_text(text)
    assert ran(tmp_path, *configs).returncode == 0
    done = ran(tmp_path, *deploy, "--only", "grafana")  # the others ask servers, which run nowhere
    assert done.returncode == 0, done.stderr
    assert f"{tmp_path}/etc/grafana/dashboards/ion/" in done.stdout
    assert not (tmp_path / "etc").exists()
