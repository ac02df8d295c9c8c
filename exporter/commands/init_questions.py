"""What `ionmon init` asks at a terminal; a flag that is given is no question."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import click
from pydantic import AfterValidator

from exporter.commands.flag_types import FlagText
from exporter.discovery.model import Discovery
from exporter.discovery.settings_text import InitialSettings
from exporter.settings.addresses import Endpoint, Project
from exporter.settings.alerting import below_all
from exporter.settings.channels import Channel
from exporter.settings.types import ratio


def _objective(text: str) -> str:
    """Return a percentage as it is written, if it can be an objective."""
    below_all(ratio(text))
    return text


AVAILABILITY = FlagText("percentage", Annotated[str, AfterValidator(_objective)])
CHANNEL = FlagText("channel", Channel)
ADDRESS = FlagText("host:port", Endpoint)
PROJECT_ID = FlagText("id", Project)


def ask_project(suggested: str | None) -> str:
    """Ask for the project."""
    answer: str = click.prompt("Google Cloud project", default=suggested, type=PROJECT_ID, err=True)
    return answer


def ask_rest(
    chosen: InitialSettings, found: Discovery, is_given: Callable[[str], bool]
) -> InitialSettings:
    """Ask for what no flag gives; each question has an answer that Enter takes."""
    if not is_given("availability"):
        text = "Requests that have to succeed, in 30 days"
        answer = click.prompt(text, default=chosen.availability, type=AVAILABILITY, err=True)
        chosen = replace(chosen, availability=answer)
    if not is_given("client_errors"):
        text = "Do 4xx answers count as errors? No for login pages and crawlers"
        counted = click.confirm(text, default=True, err=True)
        chosen = replace(chosen, error_classes=("4xx", "5xx") if counted else ("5xx",))
    if not is_given("slack_url_file"):
        chosen = _ask_slack(chosen)
    if not is_given("redis"):
        chosen = _ask_redis(chosen, found)
    return chosen


def _ask_slack(chosen: InitialSettings) -> InitialSettings:
    text = "File with Slack's webhook URL on Alertmanager's machine, empty for none"
    file = click.prompt(text, default="", show_default=False, err=True).strip()
    if not file:
        return chosen
    channel = click.prompt("Slack channel", default=chosen.slack_channel, type=CHANNEL, err=True)
    return replace(chosen, slack_url_file=Path(file), slack_channel=channel)


def _ask_redis(chosen: InitialSettings, found: Discovery) -> InitialSettings:
    known = ", ".join(cache.name for cache in found.caches[:3])
    text = f"Address of a Redis, HOST:PORT{f' ({known})' if known else ''}, empty for none"
    while True:
        address = click.prompt(text, default="", show_default=False, err=True).strip()
        if not address:
            return chosen
        try:
            return replace(chosen, redis=(ADDRESS.convert(address, None, None),))
        except click.UsageError as error:
            click.echo(f"Error: {error.message}", err=True)
