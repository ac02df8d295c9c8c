"""Which files hold secrets, who reads each, and the form of its content; never the content."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from exporter.settings.model import Settings


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
_PAGERDUTY, _PAGERDUTY_FORM = (
    "an integration key of Events API v2, 32 letters and digits",
    r"[0-9A-Za-z]{32}",
)
_SENTRY, _SENTRY_FORM = (
    "a DSN, https://KEY@HOST/PROJECT",
    r"https?://\w+(?::\w+)?@[^\s/@]+(?:/[^\s/]+)*/\d+",
)
_MAIL = "the password of the user at the mail server"
_REDIS = "the password of the Redis target"
_SENTINEL = "the password of the sentinels"


def secret_files(settings: Settings) -> tuple[SecretFile, ...]:
    """Return the files that the settings name, in the order of the reference.

    Google's credentials and TLS keys are not among them: they are more than one line, and the
    library that reads them reports what is wrong.
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
    channels, section = settings.notifications, "notifications."
    if channels.slack:
        key = section + "slack.webhook_url_file"
        yield SecretFile(
            path=channels.slack.webhook_url_file,
            key=key,
            reader=SecretReader.ALERTMANAGER,
            content=_SLACK,
            form=_SLACK_FORM,
        )
    if channels.pagerduty:
        key = section + "pagerduty.routing_key_file"
        yield SecretFile(
            path=channels.pagerduty.routing_key_file,
            key=key,
            reader=SecretReader.ALERTMANAGER,
            content=_PAGERDUTY,
            form=_PAGERDUTY_FORM,
        )
    if channels.email and channels.email.password_file:
        key = section + "email.password_file"
        yield SecretFile(
            path=channels.email.password_file,
            key=key,
            reader=SecretReader.ALERTMANAGER,
            content=_MAIL,
        )
    if channels.sentry:
        key = section + "sentry.dsn_file"
        yield SecretFile(
            path=channels.sentry.dsn_file,
            key=key,
            reader=SecretReader.IONMON,
            content=_SENTRY,
            form=_SENTRY_FORM,
        )
