"""One event to PagerDuty: an incident that Alertmanager opened is acknowledged.

Events API v2, https://developer.pagerduty.com/docs/events-api-v2. Alertmanager opens an incident
for a group of alerts, under the SHA-256 of the group's key, which its webhook has as well.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from exporter.bridge.outgoing import Unreachable, post, web_address
from exporter.catalog.alert_names import PAGERDUTY_RECEIVER, SEVERITIES, channel_receiver
from exporter.errors import IonmonError
from exporter.secrets_file import read_secret
from exporter.settings import Settings
from exporter.settings.teams import of_team, teams

_HEADERS = {"Content-Type": "application/json"}


class PagerDutyFault(IonmonError):
    """PagerDuty did not take an event; `final` where it never will."""

    def __init__(self, text: str, *, final: bool) -> None:
        """Keep whether another try is of no use."""
        super().__init__(text)
        self.final = final


@dataclass(frozen=True, slots=True)
class PagerDutyRoute:
    """Where a receiver's events go, and the file with their routing key."""

    url: str
    routing_key_file: Path


def routes(settings: Settings) -> Mapping[str, PagerDutyRoute]:
    """Return the route of each receiver that may notify PagerDuty, by the receiver's name."""
    at = settings.notifications
    every = [("", at), *((team, of_team(at, own)) for team, own in teams(settings.services))]
    return {
        channel_receiver(team, severity, PAGERDUTY_RECEIVER): PagerDutyRoute(
            found.pagerduty.url, at.secret(found.pagerduty.routing_key_file)
        )
        for team, found in every
        if found.pagerduty is not None
        for severity in SEVERITIES
    }


def acknowledge(route: PagerDutyRoute, group_key: str) -> None:
    """Acknowledge the incident of a group. Raises PagerDutyFault, or SettingsError for its key."""
    event = {
        "routing_key": read_secret(route.routing_key_file).reveal(),
        "event_action": "acknowledge",
        "dedup_key": hashlib.sha256(group_key.encode()).hexdigest(),
    }
    try:
        answer = post(web_address(route.url), json.dumps(event).encode(), _HEADERS)
    except ValueError as error:
        text = f"notifications.pagerduty.url {error}; correct it"
        raise PagerDutyFault(text, final=True) from error
    except Unreachable as error:
        raise PagerDutyFault(f"PagerDuty: {error}", final=False) from error
    if answer.status == HTTPStatus.BAD_REQUEST:
        fix = "check the key in notifications.pagerduty.routing_key_file"
        raise PagerDutyFault(f"PagerDuty refused the event with 400; {fix}", final=True)
    if answer.status not in (HTTPStatus.OK, HTTPStatus.ACCEPTED):
        raise PagerDutyFault(f"PagerDuty answered {answer.status}", final=False)
