"""What runs knows Alertmanager's receivers by the names that the generated file gives them."""

from exporter.settings.receivers import receivers
from generators.alertmanager import receivers as written
from tests.generators.alertmanager import samples

SHOP = {"owner": "shop-sentry", "notifications": {"slack": {"channel": "#shop"}}}


def test_every_receiver_of_a_channel_is_known() -> None:
    """Of everybody and of each team; the name of a team that ends alike makes no difference."""
    settings = samples.settings(samples.VARIANTS["with a bridge"], services={"checkout": SHOP})
    names = {entry["name"] for entry in written.receivers(settings)}
    assert names & receivers(settings, "sentry") == {"low-sentry", "shop-sentry-low-sentry"}
    assert names & receivers(settings, "pagerduty") == {
        "critical-pagerduty",
        "shop-sentry-critical-pagerduty",
    }
