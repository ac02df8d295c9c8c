"""Flags arrive as the overrides of settings."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from exporter.commands.options import (
    CONFIG,
    GOOGLE,
    JOURNAL,
    LOG,
    PROJECT,
    STATE,
    WEB,
    options,
    overrides,
)
from exporter.settings import Overrides

ALL = (CONFIG, PROJECT, GOOGLE, STATE, JOURNAL, WEB, LOG)
EVERY_FLAG = """
--project p-one --project p-two --google.endpoint h:1 --google.insecure
--google.credentials-file c.json --storage.state-file s --web.config.file w
--storage.journal-file j
--web.listen-address :1 --web.listen-address :2 --web.telemetry-path /m
--web.enable-lifecycle --log.level debug --log.format json
"""


def given(*arguments: str) -> Overrides:
    """Return the overrides of a command line."""
    found: list[Overrides] = []

    @click.command()
    @options(*ALL)
    def command(config: Path | None, **flags: Any) -> None:
        del config
        found.append(overrides(flags))

    outcome = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return found[0]


def test_flags_that_are_not_given_override_nothing() -> None:
    """Without flags nothing is overridden."""
    assert given() == Overrides()


def test_every_override_has_its_flag() -> None:
    """Each flag sets its own field, and every field has a flag."""
    found = given(*EVERY_FLAG.split())
    assert found == Overrides(
        projects=("p-one", "p-two"),
        endpoint="h:1",
        insecure=True,
        credentials_file=Path("c.json"),
        listen=(":1", ":2"),
        telemetry_path="/m",
        web_config_file=Path("w"),
        enable_lifecycle=True,
        state_file=Path("s"),
        journal_file=Path("j"),
        log_level="debug",
        log_format="json",
    )
    unset = [f.name for f in fields(Overrides) if getattr(found, f.name) == f.default]
    assert unset == []


@pytest.mark.parametrize("flag", ["--config", "--storage.state-file", "--web.config.file"])
def test_a_directory_is_no_file(flag: str, tmp_path: Path) -> None:
    """Where a file is meant a directory is refused at once."""

    @click.command()
    @options(*ALL)
    def command(**_: Any) -> None: ...

    assert CliRunner().invoke(command, [flag, str(tmp_path)]).exit_code == 2
