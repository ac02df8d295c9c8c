"""Versions: how they are compared, and what each opens."""

from pathlib import Path

import pytest

from exporter.settings import Settings, load
from exporter.settings.teams import of_team
from exporter.settings.versions import has, release

NEWEST = Path(__file__).parents[2] / "data" / "settings" / "good" / "newest.yaml"


def test_numbers_are_compared_and_not_texts() -> None:
    """0.9 comes before 0.25, 0.35.1 after 0.35, and 3.0 after 2.53."""
    assert release("0.35.1") == (0, 35, 1)
    assert [has("0.25", "0.9"), has("0.35.1", "0.35"), has("3.0", "2.53")] == [True] * 3
    assert [has("0.9", "0.25"), has("0.35", "0.35.1"), has("2.53", "3.0")] == [False] * 3


@pytest.mark.parametrize("text", ["", "v0.35", "0", "0.35-rc.0", "0.35.1.2", "newest", "\u0660.25"])
def test_what_is_no_version_is_refused(text: str) -> None:
    """Letters, a single number, four of them and foreign digits are no version."""
    with pytest.raises(ValueError, match="is no version; write its numbers in quotes"):
        release(text)


def test_without_versions_those_of_debian_hold() -> None:
    """Left out, the versions are those of Debian 12."""
    given = Settings()
    assert (given.alertmanager.version, given.prometheus.version) == ("0.25", "2.42")


def test_a_team_has_one_address_of_slack() -> None:
    """A team's own webhook replaces the token of everybody, and a token the webhook."""
    given = load(NEWEST)
    shop, find = (
        of_team(given.notifications, given.services[name].notifications).slack
        for name in ("checkout", "search")
    )
    assert shop is not None
    assert find is not None
    assert (shop.app_token_file, shop.webhook_url_file) == (Path("slack-app-shop"), None)
    assert (find.app_token_file, find.webhook_url_file) == (None, Path("slack-find"))
    assert (shop.update_message, find.update_message) == (True, False)
    everybody = {"slack": {"webhook_url_file": "slack", "channel": "#a"}}
    team = {"owner": "shop", "notifications": {"slack": {"app_token_file": "app"}}}
    other = Settings.model_validate(
        {
            "alertmanager": {"version": "0.30"},
            "notifications": everybody,
            "services": {"checkout": team},
        }
    )
    slack = of_team(other.notifications, other.services["checkout"].notifications).slack
    assert slack is not None
    assert (slack.app_token_file, slack.webhook_url_file) == (Path("app"), None)
    assert slack.channel == "#a"
