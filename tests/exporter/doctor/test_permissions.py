"""A missing permission is mended by one command."""

from exporter.doctor.permissions import LIST_SERIES, Grant


def test_the_command_grants_the_role_on_the_project() -> None:
    """The command names project and role, and leaves the account to be filled in."""
    assert Grant("ion-demo", LIST_SERIES).command() == (
        "gcloud projects add-iam-policy-binding ion-demo "
        "--member=serviceAccount:ACCOUNT --role=roles/monitoring.viewer"
    )
