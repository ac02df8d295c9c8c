"""Accounts get the permissions that are used, in three forms that say the same."""

import re
import subprocess
from pathlib import Path

import pytest

from exporter.catalog.google_access import ACCESS, GoogleAccess
from generators.iam import FOLDER, PAGE, role_id, texts

FOUND = texts()
SCRIPT, TERRAFORM, DOCUMENT = (
    FOUND[path] for path in (f"{FOLDER}/grant.sh", f"{FOLDER}/main.tf", PAGE)
)
# Writes each command that would change something; what is listed is a file.
GCLOUD = """#!/bin/sh
case "$*" in
*" list "*) cat "$STORE/listed" ;;
*) echo "$@" >> "$STORE/done" ;;
esac
"""


def granted(folder: Path, *words: str, listed: str = "", **environment: str) -> list[str]:
    """Return the commands of a run, but for those that only list."""
    (folder / "gcloud").write_text(GCLOUD)
    (folder / "gcloud").chmod(0o755)
    (folder / "listed").write_text(listed)
    (folder / "grant.sh").write_text(SCRIPT)
    own = {"PATH": f"{folder}:/usr/bin:/bin", "STORE": str(folder), **environment}
    done = subprocess.run(
        ["sh", "grant.sh", *words], cwd=folder, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return (folder / "done").read_text().splitlines()


@pytest.mark.parametrize("access", ACCESS, ids=lambda access: access.feature)
def test_three_forms_name_the_same_permissions(access: GoogleAccess) -> None:
    """A permission is in the page, and in a role of its own where Google's role has more."""
    assert all(f"`{name}`" in DOCUMENT for name in access.permissions)
    if access.is_narrow:
        assert access.role in SCRIPT
        return
    assert access.role not in SCRIPT + TERRAFORM
    assert f"role {role_id(access)} {','.join(access.permissions)}\n" in SCRIPT
    quoted = ", ".join(f'"{name}"' for name in access.permissions)
    assert f"permissions = [{quoted}]" in TERRAFORM


def test_reading_makes_the_account_and_its_role(tmp_path: Path) -> None:
    """Without a feature, the exporter's account may read, and nothing else."""
    account, role, bound = granted(tmp_path, "p")
    assert account.startswith("iam service-accounts create ionmon --project=p")
    assert role.split()[:4] == ["iam", "roles", "create", "ionmonRead"]
    assert "--permissions=monitoring.timeSeries.list,monitoring.metricDescriptors.list" in role
    assert "--member=serviceAccount:ionmon@p.iam.gserviceaccount.com" in bound
    assert "--role=projects/p/roles/ionmonRead" in bound


def test_what_exists_is_updated(tmp_path: Path) -> None:
    """A second run makes no account, and updates the role."""
    listed = "ionmon@p.iam.gserviceaccount.com\nprojects/p/roles/ionmonRead\n"
    role, _ = granted(tmp_path, "p", listed=listed)
    assert role.startswith("iam roles update ionmonRead")


def test_somebody_else_is_granted_a_feature(tmp_path: Path) -> None:
    """With MEMBER no account is made; secrets are granted one by one."""
    member = "user:me@example.com"
    role, bound, secret = granted(
        tmp_path, "p", "log_metrics", "secrets", MEMBER=member, SECRETS="redis-password"
    )
    assert "create ionmonLogMetrics" in role
    assert f"--member={member}" in bound
    assert secret.startswith("secrets add-iam-policy-binding redis-password --project=p")


def test_a_wrong_feature_is_named(tmp_path: Path) -> None:
    """The script knows the features of the table, and asks for the project first."""
    script = tmp_path / "grant.sh"
    script.write_text(SCRIPT)
    nothing = subprocess.run(["sh", script], capture_output=True, text=True, check=False)
    assert nothing.returncode != 0
    names = " ".join(access.feature for access in ACCESS)
    assert f"of: {names}" in nothing.stderr


def test_terraform_is_formatted() -> None:
    """Braces are closed, and the equal signs of a block are in one column, as `fmt` has them."""
    assert TERRAFORM.count("{") == TERRAFORM.count("}")
    for block in re.findall(r"^(?:resource|variable) .*?^}", TERRAFORM, re.DOTALL | re.MULTILINE):
        columns = {line.index(" = ") for line in block.splitlines()[1:-1]}
        assert len(columns) == 1, block
