"""Which files hold secrets."""

import re
from pathlib import Path

import pytest

from exporter.settings import Settings, load
from exporter.settings.keys import keys
from exporter.settings.secrets import SecretFile, SecretReader, secret_files

GOOD = Path(__file__).parents[2] / "data" / "settings" / "good"
FULL, NEWEST = GOOD / "full.yaml", GOOD / "newest.yaml"
# Read by what they are for, and no single line.
OTHERS = {"google.credentials_file", "redis.targets[].ca_file", "redis.targets[].cert_file"} | {
    "redis.targets[].key_file",
    "deploy.alertmanager.config_file",
    "deploy.longterm.config_file",
    "deploy.prometheus.config_file",
    "notifications.bridge.ca_file",
    "storage.journal_file",
    "storage.state_file",
    "web.config_file",
    # Read by whoever deploys.
    *(
        f"deploy.{server}.{name}_file"
        for server in ("alertmanager", "longterm", "prometheus")
        for name in ("ca", "password")
    ),
}


def by_key(settings: Settings) -> dict[str, SecretFile]:
    """Return the files by the keys that name them."""
    return {file.key: file for file in secret_files(settings)}


def test_every_key_of_a_secret_is_known() -> None:
    """Each key that names a file with a secret is listed, with its path."""
    named = {".".join(k.path).replace(".[]", "[]") for k in keys(Settings)}
    files = {name for name in named if name.endswith("_file")} - OTHERS
    found = by_key(load(NEWEST)) | by_key(load(FULL))
    any_ = (re.sub(r"\[\d+\]", "[]", key) for key in found)
    listed = {re.sub(r"^services\.\w+\.", "services.*.", key) for key in any_}
    assert listed == files
    secrets = Path("/etc/alertmanager/secrets")
    assert found["notifications.sentry.dsn_file"].path == secrets / "secrets" / "sentry"
    own = found["services.checkout.notifications.slack.webhook_url_file"]
    assert own.path == secrets / "slack-shop"


def test_readers() -> None:
    """Alertmanager reads what it sends with; the DSN and Redis' passwords are ionmon's."""
    readers = {file.key.rsplit(".", 1)[1]: file.reader for file in secret_files(load(FULL))}
    assert readers == {
        "password_file": SecretReader.ALERTMANAGER,
        "sentinel_password_file": SecretReader.IONMON,
        "webhook_url_file": SecretReader.ALERTMANAGER,
        "routing_key_file": SecretReader.ALERTMANAGER,
        "dsn_file": SecretReader.IONMON,
        "url_file": SecretReader.IONMON,
        "credentials_file": SecretReader.ALERTMANAGER,
    }
    assert by_key(load(FULL))["redis.targets[0].password_file"].reader is SecretReader.IONMON


def test_alertmanager_reads_the_address_of_a_heartbeat_without_a_bridge() -> None:
    """With a bridge the bridge calls the address in heartbeat.url_file; else Alertmanager does."""
    given = {"heartbeat": {"url_file": "heartbeat"}}
    version = {"version": "0.26"}
    alone = Settings.model_validate({"alertmanager": version, "notifications": given})
    bridged = Settings.model_validate({"notifications": given | {"bridge": {}}})
    readers = [by_key(at)["notifications.heartbeat.url_file"].reader for at in (alone, bridged)]
    assert readers == [SecretReader.ALERTMANAGER, SecretReader.IONMON]


def test_without_channels_there_are_no_secrets() -> None:
    """Settings that name no file with a secret list none."""
    assert secret_files(Settings()) == ()


@pytest.mark.parametrize(
    ("key", "line", "expected"),
    [
        ("slack.webhook_url_file", "https://hooks.slack.com/services/T0/B0/x", True),
        ("slack.webhook_url_file", "http://hooks.slack.com/services/T0/B0/x", False),
        ("slack.webhook_url_file", "https://hooks.slack.com", False),
        ("slack.app_token_file", "xoxb-12345-67890-AbCdEf", True),
        ("slack.app_token_file", "https://hooks.slack.com/services/T0/B0/x", False),
        ("msteams.webhook_url_file", "https://x.logic.azure.com:443/workflows/1?sig=2", True),
        ("msteams.webhook_url_file", "x.logic.azure.com/workflows/1", False),
        ("webhook.url_file", "https://hooks.example.com/secret", True),
        ("webhook.url_file", "hooks.example.com/secret", False),
        ("pagerduty.routing_key_file", "0123456789abcdef0123456789ABCDEF", True),
        ("pagerduty.routing_key_file", "0123456789abcdef", False),
        ("sentry.dsn_file", "https://abc123@o1.ingest.sentry.io/42", True),
        ("sentry.dsn_file", "https://abc123:def@sentry.example.com/sub/42", True),
        ("sentry.dsn_file", "https://o1.ingest.sentry.io/42", False),
        ("sentry.dsn_file", "https://abc123@o1.ingest.sentry.io/", False),
        ("heartbeat.url_file", "https://hc-ping.com/0f0e-1d2c", True),
        ("heartbeat.url_file", "hc-ping.com/0f0e-1d2c", False),
        ("email.password_file", "any thing", True),
    ],
)
def test_forms(key: str, line: str, expected: bool) -> None:
    """The form of each secret takes what the channel issues and refuses what it cannot be."""
    form = (by_key(load(NEWEST)) | by_key(load(FULL)))[f"notifications.{key}"].form
    assert bool(re.fullmatch(form, line)) is expected
