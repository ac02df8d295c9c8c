"""What is missing at Google is one command away."""

from exporter.catalog.google_access import LIST_SERIES
from exporter.doctor.permissions import Grant, fix_of_access, fix_of_refusal
from exporter.errors import PollError, Reason
from exporter.simulator.faults import DISABLED_TEXT


def test_the_command_grants_the_role_on_the_project() -> None:
    """The command names project and role, and leaves the account to be filled in."""
    assert Grant("ion-demo", LIST_SERIES).command() == (
        "gcloud projects add-iam-policy-binding ion-demo "
        "--member=serviceAccount:ACCOUNT --role=roles/monitoring.viewer"
    )


def test_a_disabled_api_is_no_missing_right() -> None:
    """Both have one code; the sentence decides which command is the fix."""
    disabled = PollError(Reason.PERMISSION, f"PERMISSION_DENIED: {DISABLED_TEXT}")
    denied = PollError(Reason.PERMISSION, "PERMISSION_DENIED: Permission denied")
    enable = "gcloud services enable monitoring.googleapis.com --project=p"
    assert fix_of_refusal("p", LIST_SERIES, disabled) == enable
    assert fix_of_refusal("p", LIST_SERIES, denied) == Grant("p", LIST_SERIES).command()


def test_the_first_call_of_all_names_every_cause() -> None:
    """A project that does not exist looks like one without rights; else a fix follows."""
    denied = PollError(Reason.PERMISSION, "PERMISSION_DENIED: Permission denied")
    name, grant = fix_of_access("p", LIST_SERIES, denied).splitlines()
    assert name.endswith("gcloud projects list")
    assert grant.endswith(Grant("p", LIST_SERIES).command())
    away = PollError(Reason.UNAVAILABLE, "UNAVAILABLE: x")
    assert "google.endpoint" in fix_of_access("p", LIST_SERIES, away)
