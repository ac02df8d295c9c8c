"""Which files hold secrets, who reads each, and the form of its content; never the content."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from exporter.settings.model import Settings
from exporter.settings.notifications import NotificationSettings
from exporter.settings.team_channels import TeamNotifications


class SecretReader(StrEnum):
    """The program that opens a file."""

    ALERTMANAGER = "alertmanager"
    IONMON = "ionmon"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFile:
    """A file with one secret on one line.

    key      the key of monitoring.yaml that names it
    content  what it must contain, in words
    form     the regular expression that the whole line has to match
    """

    path: Path
    key: str
    reader: SecretReader
    content: str
    form: str = r".+"


_SLACK, _SLACK_FORM = (
    "a Slack incoming webhook, https://hooks.slack.com/services/...",
    r"https://[^\s/]+/\S+",
)
_APP, _APP_FORM = "the bot token of a Slack app, xoxb-...", r"xox[a-z]-\S+"
_FLOW, _FLOW_FORM = "the URL of a workflow of Microsoft Teams", r"https://[^\s/]+/\S+"
_PAGERDUTY, _PAGERDUTY_FORM = (
    "an integration key of Events API v2, 32 letters and digits",
    r"[0-9A-Za-z]{32}",
)
_SENTRY, _SENTRY_FORM = (
    "a DSN, https://KEY@HOST/PROJECT",
    r"https?://\w+(?::\w+)?@[^\s/@]+(?:/[^\s/]+)*/\d+",
)
_MAIL = "the password of the user at the mail server"
_TOKEN = "the token that the webhook expects"  # noqa: S105 - says what a file holds
_HEARTBEAT, _HEARTBEAT_FORM = "the address of the heartbeat service", r"https?://[^\s/]+/\S*"
_ADDRESS = "the address of the webhook"
_BRIDGE = "a token of your choice, which the bridge requires: openssl rand -hex 32"
_REDIS = "the password of the Redis target"
_SENTINEL = "the password of the sentinels"


def secret_files(settings: Settings) -> tuple[SecretFile, ...]:
    """Return the files that the settings name, in the order of the reference.

    Google's credentials and TLS keys are not among them: they are more than one line, and the
    library that reads them reports what is wrong. Nor are the passwords below `deploy`: they belong
    to whoever deploys, and no program that runs reads them.
    """
    return (*_redis(settings), *_notifications(settings))


def _redis(settings: Settings) -> Iterator[SecretFile]:
    for index, target in enumerate(settings.redis.targets):
        for name, path, content in (
            ("password_file", target.password_file, _REDIS),
            ("sentinel_password_file", target.sentinel_password_file, _SENTINEL),
        ):
            if path:
                key = f"redis.targets[{index}].{name}"
                yield SecretFile(path=path, key=key, reader=SecretReader.IONMON, content=content)


def _notifications(settings: Settings) -> Iterator[SecretFile]:
    at = settings.notifications
    yield from _channels(at, at, "notifications.")
    if at.email and at.email.password_file:
        yield SecretFile(
            path=at.secret(at.email.password_file),
            key="notifications.email.password_file",
            reader=SecretReader.ALERTMANAGER,
            content=_MAIL,
        )
    if at.sentry:
        yield SecretFile(
            path=at.secret(at.sentry.dsn_file),
            key="notifications.sentry.dsn_file",
            reader=SecretReader.IONMON,
            content=_SENTRY,
            form=_SENTRY_FORM,
        )
    if at.heartbeat and at.heartbeat.url_file:
        yield SecretFile(
            path=at.secret(at.heartbeat.url_file),
            key="notifications.heartbeat.url_file",
            reader=SecretReader.IONMON if at.active_bridge else SecretReader.ALERTMANAGER,
            content=_HEARTBEAT,
            form=_HEARTBEAT_FORM,
        )
    if at.bridge and at.bridge.credentials_file:
        yield SecretFile(
            path=at.secret(at.bridge.credentials_file),
            key="notifications.bridge.credentials_file",
            reader=SecretReader.ALERTMANAGER,
            content=_BRIDGE,
            form=r"\S+",
        )
    for name, service in settings.services.items():
        yield from _channels(at, service.notifications, f"services.{name}.notifications.")


def _channels(
    at: NotificationSettings, own: NotificationSettings | TeamNotifications, section: str
) -> Iterator[SecretFile]:
    """Yield the files that Alertmanager reads for the channels of everybody or of a team."""
    slack, msteams, pagerduty, webhook = own.slack, own.msteams, own.pagerduty, own.webhook
    for path, key, content, form in (
        (slack and slack.webhook_url_file, "slack.webhook_url_file", _SLACK, _SLACK_FORM),
        (slack and slack.app_token_file, "slack.app_token_file", _APP, _APP_FORM),
        (msteams and msteams.webhook_url_file, "msteams.webhook_url_file", _FLOW, _FLOW_FORM),
        (
            pagerduty and pagerduty.routing_key_file,
            "pagerduty.routing_key_file",
            _PAGERDUTY,
            _PAGERDUTY_FORM,
        ),
        (webhook and webhook.url_file, "webhook.url_file", _ADDRESS, _HEARTBEAT_FORM),
        (webhook and webhook.credentials_file, "webhook.credentials_file", _TOKEN, r"\S+"),
    ):
        if path:
            yield SecretFile(
                path=at.secret(path),
                key=section + key,
                reader=SecretReader.ALERTMANAGER,
                content=content,
                form=form,
            )
