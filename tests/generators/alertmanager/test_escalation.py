"""PagerDuty's policy, as Terraform."""

from generators.alertmanager.escalation import text
from generators.files import MARK
from tests.generators.alertmanager.samples import ALL, PAGERDUTY, settings


def test_the_policy_escalates_after_half_an_hour_and_begins_anew() -> None:
    """Both levels wait for 30 minutes, and the policy loops."""
    found = text(settings(ALL))
    assert found.startswith(f"# {MARK}\n")
    assert found.count("escalation_delay_in_minutes = 30\n") == 2
    assert "num_loops = 3\n" in found


def test_the_settings_say_how_long() -> None:
    """The delay is that of the settings, in whole minutes, never shorter."""
    sections = {"pagerduty": PAGERDUTY, "escalation": {"after": 601}}
    assert text(settings(sections)).count("escalation_delay_in_minutes = 11\n") == 2


def test_what_is_acknowledged_stays_so() -> None:
    """Neither an acknowledgement nor an incident ends by itself, and urgency is the severity's."""
    found = text(settings(ALL))
    for line in (
        'acknowledgement_timeout = "null"',
        'auto_resolve_timeout    = "null"',
        'urgency = "severity_based"',
    ):
        assert line in found


def test_a_name_is_a_literal() -> None:
    """A service's name cannot begin a template of Terraform's or end the text."""
    found = text(settings(ALL, service={"name": 'a"${b}'}))
    assert '"a\\"$${b}"' in found
